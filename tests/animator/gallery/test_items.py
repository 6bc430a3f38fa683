"""What can be had of an item: ranks, metadata, settings, thumbnails."""

import io
import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from animator.errors import RunError, UserError
from animator.gallery import thumbnails
from animator.gallery.errors import ItemNotFoundError, QueryError
from animator.gallery.gallery import Gallery
from animator.gallery.query import Kind
from animator.images.exif_comment import exif_of
from animator.presets.sources import from_image
from tests.animator.gallery.shelf import FILM, Shelf, write_image


def size_of(jpeg: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(jpeg)) as image:
        assert image.format == "JPEG"
        return image.size


def test_ranks_and_favorites_stay_with_the_content_of_a_file(shelf: Shelf) -> None:
    file = shelf.add("images/a.png", "a lake")
    number = shelf.id("images/a.png")
    assert shelf.gallery.rank([number], 4).done == (number,)
    shelf.gallery.favorite([number], on=True)
    file.parent.rename(shelf.renders / "renamed")
    shelf.gallery.refresh()
    (item,) = shelf.items()
    assert (item.path, item.rank, item.favorite) == ("renamed/a.png", 4, True)
    write_image(shelf.renders / item.path, "another image", age_s=9)
    shelf.gallery.refresh()
    assert [(item.rank, item.favorite) for item in shelf.items()] == [(0, False)]


def test_ranks_come_back_with_a_file_that_was_away(shelf: Shelf) -> None:
    file = shelf.add("images/a.png")
    shelf.gallery.rank([shelf.id("images/a.png")], 3)
    away = file.rename(shelf.renders.parent / "away.png")
    shelf.gallery.refresh()
    assert shelf.find() == []
    away.rename(file)
    shelf.gallery.refresh()
    assert shelf.find(ranks=(3, 3)) == ["images/a.png"]


def test_a_copy_of_a_ranked_file_has_no_rank(shelf: Shelf) -> None:
    file = shelf.add("images/a.png")
    shelf.gallery.rank([shelf.id("images/a.png")], 3)
    shutil.copy(file, shelf.renders / "images/b.png")
    shelf.gallery.refresh()
    assert shelf.find(ranks=(1, 5)) == ["images/a.png"]


def test_a_rank_can_be_taken_away(shelf: Shelf) -> None:
    file = shelf.add("images/a.png")
    number = shelf.id("images/a.png")
    shelf.gallery.rank([number], 3)
    shelf.gallery.rank([number], 0)
    file.rename(shelf.renders / "b.png")
    shelf.gallery.refresh()
    assert shelf.items()[0].rank == 0
    with pytest.raises(QueryError, match="rank 6"):
        shelf.gallery.rank([number], 6)


def test_marking_says_which_items_are_gone(shelf: Shelf) -> None:
    file = shelf.add("images/a.png")
    shelf.add("images/b.png")
    gone, here = shelf.id("images/a.png"), shelf.id("images/b.png")
    file.unlink()
    outcome = shelf.gallery.rank([gone, here, 99], 2)
    assert outcome.done == (here,) and [failure.id for failure in outcome.failures] == [gone, 99]


def test_an_item_has_its_fields_and_its_infotext(shelf: Shelf) -> None:
    shelf.add("images/a.png", "a lake", negative="fog", fields="Steps: 20, Sampler: Euler a, Seed: 42")
    info = shelf.gallery.info(shelf.id("images/a.png"))
    assert info.fields == {"Steps": "20", "Sampler": "Euler a", "Seed": "42"}
    assert info.infotext == "a lake\nNegative prompt: fog\nSteps: 20, Sampler: Euler a, Seed: 42"
    assert info.item == shelf.gallery.item(info.item.id)


def test_jpeg_and_webp_files_of_other_programs_are_read(shelf: Shelf) -> None:
    for suffix in ("jpg", "webp"):
        (shelf.renders / "images").mkdir(exist_ok=True)
        path = shelf.renders / f"images/a.{suffix}"
        Image.new("RGB", (20, 10)).save(path, exif=exif_of("a lake\nSteps: 20, Seed: 1"))
    shelf.gallery.refresh()
    assert sorted(shelf.find("lake seed: 1")) == ["images/a.jpg", "images/a.webp"]
    assert {(item.width, item.height, item.kind) for item in shelf.items()} == {(20, 10, Kind.IMAGE)}


def test_the_settings_of_images_frames_and_films_can_be_had(shelf: Shelf) -> None:
    shelf.add("images/a.png", "a lake")
    run = shelf.render()
    draft = from_image(shelf.gallery.settings_source(shelf.id("images/a.png")))
    assert draft.values["prompts"] == {"0": "a lake"}
    for path in ("waves/one/waves.mp4", "waves/one/frames/000000002.png"):
        source = shelf.gallery.settings_source(shelf.id(path))
        assert source == shelf.renders / path and from_image(source).values["name"] == FILM["name"]
    (run / "waves.gif").write_bytes(b"GIF89a")
    shelf.gallery.refresh()
    gif = shelf.id("waves/one/waves.gif")
    assert shelf.gallery.settings_source(gif) == run / "frames/000000000.png"
    shelf.gallery.delete([item.id for item in shelf.items(kind=Kind.FRAME)])
    with pytest.raises(UserError, match="its run has no frames"):
        shelf.gallery.settings_source(gif)


def test_an_image_without_settings_is_told(shelf: Shelf) -> None:
    Image.new("RGB", (8, 8)).save(shelf.renders / "plain.png")
    shelf.gallery.refresh()
    with pytest.raises(UserError, match="no record"):
        shelf.gallery.settings_source(shelf.id("plain.png"))


@pytest.mark.parametrize("method", ["item", "info", "path", "settings_source", "thumbnail"])
def test_an_item_that_is_not_there_is_told(shelf: Shelf, method: str) -> None:
    with pytest.raises(ItemNotFoundError, match="item 12: is not in the gallery"):
        getattr(shelf.gallery, method)(12)


@pytest.mark.parametrize("method", ["info", "path", "settings_source", "thumbnail"])
def test_an_item_whose_file_became_a_link_is_not_read(shelf: Shelf, tmp_path: Path, method: str) -> None:
    file = shelf.add("images/a.png")
    number = shelf.id("images/a.png")
    file.rename(tmp_path / "a.png")
    file.symlink_to(tmp_path / "a.png")
    with pytest.raises(ItemNotFoundError):
        getattr(shelf.gallery, method)(number)


def test_thumbnails_are_as_wide_as_asked_and_never_wider_than_the_image(shelf: Shelf) -> None:
    Image.new("RGB", (600, 300)).save(shelf.renders / "wide.png")
    shelf.render()
    number = shelf.id("wide.png")
    widths = {width: size_of(shelf.gallery.thumbnail(number, width)) for width in (1, 128, 200, 9000)}
    assert widths == {1: (128, 64), 128: (128, 64), 200: (256, 128), 9000: (600, 300)}
    assert size_of(shelf.gallery.thumbnail(shelf.id("waves/one/waves.mp4"))) == (64, 64)


def test_a_thumbnail_is_made_once_and_again_for_another_image(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = shelf.add("images/a.png", gray=10)
    number = shelf.id("images/a.png")
    first = shelf.gallery.thumbnail(number)
    write_image(file, gray=250, age_s=7)
    shelf.gallery.refresh()
    second = shelf.gallery.thumbnail(number)
    assert first != second
    monkeypatch.setattr(thumbnails, "decode_file", None)
    assert shelf.gallery.thumbnail(number) == second


def test_the_oldest_thumbnails_go_where_there_are_too_many(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "_LOOK_EVERY", 1)
    kept = thumbnails.Thumbnails(tmp_path / "thumbs", max_bytes=1)
    shelf.add("images/a.png")
    kept.of(shelf.items()[0], shelf.renders / "images/a.png", 128)
    old = tmp_path / "thumbs/00/old.jpg"
    assert not list((tmp_path / "thumbs").rglob("*.jpg"))
    roomy = thumbnails.Thumbnails(tmp_path / "thumbs", max_bytes=2000)
    old.parent.mkdir(exist_ok=True)
    old.write_bytes(bytes(1900))
    os.utime(old, (1, 1))
    roomy.of(shelf.items()[0], shelf.renders / "images/a.png", 128)
    assert not old.exists() and len(list((tmp_path / "thumbs").rglob("*.jpg"))) == 1


def test_a_damaged_file_has_no_thumbnail(shelf: Shelf) -> None:
    for name in ("torn.png", "torn.mp4"):
        (shelf.renders / name).write_bytes(b"\x89PNG\r\n\x1a\nxx")
    shelf.gallery.refresh()
    for item in shelf.items():
        with pytest.raises(UserError, match="torn"):
            shelf.gallery.thumbnail(item.id)


def test_a_thumbnail_is_made_where_it_cannot_be_kept(shelf: Shelf) -> None:
    shelf.add("images/a.png")
    (shelf.renders / ".thumbnails").write_text("in the way")
    assert size_of(shelf.gallery.thumbnail(shelf.id("images/a.png"))) == (16, 8)


def test_a_file_that_is_no_index_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gallery.sqlite").write_text("not a database, but long enough to be taken for one" * 50)
    with pytest.raises(RunError, match="is not a gallery's index"):
        Gallery(tmp_path)
