"""The index follows the folder."""

import os
import shutil
import threading
from pathlib import Path

import pytest

from animator.gallery import refresh as refreshing
from animator.gallery.gallery import Gallery
from animator.gallery.metadata import read_metadata
from animator.gallery.query import Kind, Sort
from animator.gallery.scan import Listing, list_folder
from tests.animator.gallery.shelf import LONG_AGO, Shelf, write_image


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were read."""
    names: list[str] = []

    def note(path: Path, *args: object) -> object:
        names.append(path.name)
        return read_metadata(path, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(refreshing, "read_metadata", note)
    return names


def make_old(folder: Path) -> None:
    """Gives a folder and its files a time long ago, as if nothing had changed for long."""
    for root, _, files in os.walk(folder, topdown=False):
        for name in (*files, ""):
            os.utime(Path(root) / name, (LONG_AGO,) * 2)


def test_images_frames_and_films_are_found_with_what_they_record(shelf: Shelf) -> None:
    shelf.add("images/2026-01-01/lake.png", "a lake", negative="fog")
    run = shelf.render()
    (lake,) = shelf.items("lake")
    assert (lake.path, lake.name, lake.kind) == ("images/2026-01-01/lake.png", "lake.png", Kind.IMAGE)
    assert (lake.width, lake.height, lake.prompt, lake.negative) == (16, 8, "a lake", "fog")
    assert (lake.run, lake.frame, lake.rank, lake.favorite, lake.trashed) == ("", None, 0, False, False)
    assert lake.bytes == (shelf.renders / lake.path).stat().st_size
    frames = shelf.items(kind=Kind.FRAME, sort=Sort.PATH)
    assert [frame.frame for frame in frames] == [0, 1, 2]
    assert {frame.run for frame in frames} == {"waves/one"} and run.name == "one"
    assert frames[0].prompt == "a wave" and frames[0].negative == "fog"
    (film,) = shelf.items(kind=Kind.FILM)
    assert (film.path, film.prompt, film.negative) == ("waves/one/waves.mp4", "a wave\na storm", "fog")


def test_only_new_and_changed_files_are_read(shelf: Shelf, read: list[str]) -> None:
    for name in "abc":
        write_image(shelf.renders / f"images/{name}.png", name)
    assert shelf.gallery.refresh() and sorted(read) == ["a.png", "b.png", "c.png"]
    read.clear()
    assert not shelf.gallery.refresh() and not read
    write_image(shelf.renders / "images/b.png", "another", age_s=5)
    write_image(shelf.renders / "images/d.png", "d")
    assert shelf.gallery.refresh() and sorted(read) == ["b.png", "d.png"]
    assert shelf.find("another") == ["images/b.png"]


def test_a_folder_that_has_not_changed_is_not_looked_through(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.add("images/a.png")
    make_old(shelf.renders)
    shelf.gallery.refresh()
    looked: list[str] = []

    def note(path: Path, place: str, run: str) -> Listing | None:
        looked.append(place)
        return list_folder(path, place, run)

    monkeypatch.setattr(refreshing, "list_folder", note)
    assert not shelf.gallery.refresh()
    assert "images" not in looked
    os.utime(shelf.renders / "images")
    shelf.gallery.refresh()
    assert "images" in looked


def test_a_file_that_still_grows_is_read_again_although_its_folder_stays(shelf: Shelf) -> None:
    whole = write_image(shelf.renders / "whole.png", "a lake").read_bytes()
    half = shelf.renders / "images/half.png"
    half.parent.mkdir()
    half.write_bytes(whole[:40])
    shelf.gallery.refresh()
    assert shelf.find("lake") == ["whole.png"]
    with half.open("ab") as file:
        file.write(whole[40:])
    shelf.gallery.refresh()
    assert sorted(shelf.find("lake")) == ["images/half.png", "whole.png"]


def test_what_is_gone_is_forgotten(shelf: Shelf) -> None:
    shelf.add("images/a/one.png", "one")
    two = shelf.add("images/b/two.png", "two")
    shutil.rmtree(shelf.renders / "images/a")
    assert shelf.gallery.refresh() and shelf.find() == ["images/b/two.png"]
    two.unlink()
    assert shelf.gallery.refresh() and shelf.find() == shelf.find("two") == []


def test_what_changed_while_no_gallery_was_open_is_seen(shelf: Shelf) -> None:
    file = shelf.add("images/a.png", "before")
    make_old(shelf.renders)
    shelf.gallery.refresh()
    write_image(file, "afterwards")
    make_old(shelf.renders / "images")
    other = Gallery(shelf.renders)
    other.refresh()
    other.close()
    assert shelf.find("afterwards") == ["images/a.png"] and not shelf.find("before")


def test_links_are_not_followed(shelf: Shelf, tmp_path: Path) -> None:
    outside = write_image(tmp_path / "outside/secret.png", "secret")
    (shelf.renders / "link").symlink_to(outside.parent)
    (shelf.renders / "link.png").symlink_to(outside)
    (shelf.renders / "circle").symlink_to(shelf.renders)
    shelf.add("images/a.png")
    assert shelf.find() == ["images/a.png"]


def test_a_folder_that_becomes_a_link_is_forgotten(shelf: Shelf, tmp_path: Path) -> None:
    shelf.add("images/a.png")
    (shelf.renders / "images").rename(tmp_path / "images")
    (shelf.renders / "images").symlink_to(tmp_path / "images")
    shelf.gallery.refresh()
    assert shelf.find() == []


def test_what_runs_and_server_work_with_is_not_shown(shelf: Shelf) -> None:
    run = shelf.render()
    places = ("depth/d.png", "states/s.png", "downloads/d.png", ".hidden.png", "waves.part.mp4")
    for place in places:
        (run / place).parent.mkdir(exist_ok=True)
        write_image(run / place)
    for place in ("uploads/u.png", "requests/r.png", ".thumbnails/t.png"):
        write_image(shelf.renders / place)
    shelf.gallery.refresh()
    assert len(shelf.find()) == 4
    assert shelf.find(kind=Kind.IMAGE) == []


def test_damaged_and_foreign_files_are_items_without_metadata(shelf: Shelf) -> None:
    whole = write_image(shelf.renders / "whole.png", "a lake").read_bytes()
    files = {
        "empty.png": b"",
        "text.png": b"hello",
        "torn.png": whole[:50],
        "torn.jpg": b"\xff\xd8\xff\xe1\xff",
        "torn.webp": b"RIFF\0\0\0\0WEBPVP8X",
        "wide.png": whole[:16] + b"\xff" * 8 + whole[24:],
        "film.mp4": b"\0\0\0\x18ftypisom",
        "film.gif": b"GIF89a",
    }
    for name, data in files.items():
        (shelf.renders / name).write_bytes(data)
    shelf.gallery.refresh()
    found = {item.name: item for item in shelf.items()}
    assert found.keys() == {*files, "whole.png"}
    assert {name for name, item in found.items() if item.width} == {"whole.png", "torn.png"}
    assert {name for name, item in found.items() if item.prompt} == {"whole.png", "wide.png"}


@pytest.mark.skipif(os.name != "posix", reason="needs file names of bytes")
def test_names_that_are_no_text_are_left_out(shelf: Shelf) -> None:
    shelf.add("images/a.png")
    try:
        write_image(shelf.renders / os.fsdecode(b"images/\xff.png"))
    except OSError:
        pytest.skip("this disk takes no such names")
    shelf.gallery.refresh()
    assert shelf.find() == ["images/a.png"]


def test_a_look_that_is_stopped_goes_on_with_the_next(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refreshing, "_BATCH", 2)
    for number in range(10):
        write_image(shelf.renders / f"images/{number}.png")
    make_old(shelf.renders)
    stop, told = threading.Event(), list[tuple[int, int]]()

    def report(done: int, found: int) -> None:
        told.append((done, found))
        stop.set()

    shelf.gallery.refresh(stop, report)
    assert told == [(2, 10)] and len(shelf.find()) == 2
    shelf.gallery.refresh()
    assert len(shelf.find()) == 10


def test_the_version_changes_with_the_index_alone(shelf: Shelf) -> None:
    shelf.add("images/a.png")
    before = shelf.gallery.version()
    shelf.gallery.refresh()
    assert shelf.gallery.version() == before
    shelf.add("images/b.png")
    assert shelf.gallery.version() > before
