"""Several threads and programs at once."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from animator.errors import RunError
from animator.gallery import indexer, refresh
from animator.gallery.gallery import Gallery
from animator.gallery.indexer import GalleryIndexer
from animator.gallery.query import GalleryQuery
from animator.gallery.scan import Listing, list_folder
from tests.animator.gallery.shelf import Shelf, write_image


def wait_until(condition: Callable[[], bool]) -> None:
    """Waits until something is true; fails where it never is."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_indexer_follows_the_folder(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexer, "PAUSE_S", 0.02)
    write_image(shelf.renders / "images/a.png")
    with GalleryIndexer(shelf.gallery) as running:
        wait_until(lambda: shelf.find() == ["images/a.png"])
        write_image(shelf.renders / "images/b.png")
        wait_until(lambda: len(shelf.find()) == 2)
        wait_until(lambda: running.progress is None)
    assert running.problem == ""
    assert "gallery" not in {thread.name for thread in threading.enumerate()}


def test_the_indexer_says_what_is_wrong_and_goes_on(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexer, "PAUSE_S", 0.02)
    monkeypatch.setattr(indexer, "_REST", 0)
    problems = [RunError("the disk is gone"), ValueError("a library broke")]
    refresh = shelf.gallery.refresh

    def failing(*args: threading.Event) -> bool:
        if problems:
            raise problems[0]
        return refresh(args[0])

    monkeypatch.setattr(shelf.gallery, "refresh", failing)
    with GalleryIndexer(shelf.gallery) as running:
        wait_until(lambda: running.problem == "the disk is gone")
        problems.pop(0)
        wait_until(lambda: running.problem == "ValueError: a library broke")
        problems.pop()
        wait_until(lambda: running.problem == "")


def test_the_indexer_ends_in_the_middle_of_a_look(shelf: Shelf) -> None:
    for number in range(300):
        write_image(shelf.renders / f"images/{number}.png")
    with GalleryIndexer(shelf.gallery):
        pass
    shelf.gallery.refresh()
    assert shelf.gallery.search(GalleryQuery()).total == 300


def test_readers_do_not_wait_for_a_writer(shelf: Shelf) -> None:
    shelf.add("images/a.png", "a lake")
    other = Gallery(shelf.renders)
    with shelf.gallery._index.writing() as db:
        db.execute("UPDATE items SET rank = 5")
        found = list[tuple[str, int]]()
        for gallery in (shelf.gallery, other):
            thread = threading.Thread(
                target=lambda gallery=gallery: found.extend(
                    (item.path, item.rank) for item in gallery.search(GalleryQuery("lake")).items
                )
            )
            thread.start()
            thread.join(30)
        assert found == [("images/a.png", 0)] * 2
    other.close()
    assert shelf.items("lake")[0].rank == 5


def test_many_threads_search_rank_and_delete_while_the_folder_changes(shelf: Shelf) -> None:
    for number in range(40):
        write_image(shelf.renders / f"images/{number:02}.png", f"image {number}")
    shelf.gallery.refresh()
    ids = [item.id for item in shelf.items()]
    errors = list[Exception]()

    def work(part: int) -> None:
        try:
            for number in ids[part::4]:
                shelf.gallery.rank([number], part + 1)
                shelf.gallery.delete([number])
                shelf.gallery.refresh()
                shelf.gallery.search(GalleryQuery("image"))
                if number % 2:
                    shelf.gallery.restore([number])
        except Exception as error:  # noqa: BLE001 (whatever it is)
            errors.append(error)

    threads = [threading.Thread(target=work, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert not shelf.gallery.refresh()
    here, gone = shelf.items(ranks=(1, 5)), shelf.items(ranks=(1, 5), trash=True)
    assert sorted(item.id for item in (*here, *gone)) == sorted(ids)
    assert all((shelf.renders / item.path).exists() for item in here) and len(here) == 20


def test_what_is_restored_during_a_look_stays_what_it_was(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.add("images/a.png")
    number = shelf.id("images/a.png")
    shelf.gallery.delete([number])

    def restoring(folder: Path, place: str, run: str) -> Listing | None:
        listing = list_folder(folder, place, run)
        if place == "images":
            assert shelf.gallery.restore([number]).done == (number,)
        return listing

    monkeypatch.setattr(refresh, "list_folder", restoring)
    shelf.gallery.refresh()
    assert [item.id for item in shelf.items()] == [number]


def test_another_program_sees_what_was_indexed_and_ranked(shelf: Shelf) -> None:
    shelf.add("images/a.png", "a lake")
    other = Gallery(shelf.renders)
    assert [item.path for item in other.search(GalleryQuery("lake")).items] == ["images/a.png"]
    other.rank([shelf.id("images/a.png")], 5)
    other.close()
    assert shelf.items("lake")[0].rank == 5 and shelf.find("lake", ranks=(5, 5))


def test_an_index_that_is_removed_is_made_anew(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", "a lake")
    for _ in range(2):
        gallery = Gallery(tmp_path)
        gallery.refresh()
        assert gallery.search(GalleryQuery("lake")).total == 1
        gallery.close()
        (tmp_path / "gallery.sqlite").unlink()
