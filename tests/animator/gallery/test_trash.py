"""Items go to the trash and come back; nothing is replaced, and nothing is lost."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from animator.gallery import trash
from animator.gallery.gallery import Gallery
from animator.gallery.query import GalleryQuery, Kind
from animator.runs.run_lock import RunLock
from tests.animator.gallery.shelf import Shelf, write_image


def test_what_is_deleted_is_in_the_trash_and_comes_back(shelf: Shelf) -> None:
    file = shelf.add("images/a.png", "a lake")
    data, number = file.read_bytes(), shelf.id("images/a.png")
    shelf.gallery.rank([number], 4)
    assert shelf.gallery.delete([number]).done == (number,)
    assert not file.exists() and shelf.find("lake") == []
    for _ in range(2):
        (item,) = shelf.items("lake", trash=True)
        assert (item.id, item.path, item.rank, item.trashed) == (number, "images/a.png", 4, True)
        assert shelf.gallery.path(number).read_bytes() == data
        shelf.gallery.refresh()
    assert shelf.gallery.restore([number]).done == (number,)
    assert file.read_bytes() == data and shelf.find("lake") == ["images/a.png"]
    assert not shelf.gallery.refresh() and shelf.items("lake")[0].rank == 4
    assert not list((shelf.renders / ".trash").iterdir())


def test_the_folder_of_a_restored_file_is_made_again(shelf: Shelf) -> None:
    shelf.add("images/day/a.png")
    number = shelf.id("images/day/a.png")
    shelf.gallery.delete([number])
    shutil.rmtree(shelf.renders / "images")
    shelf.gallery.refresh()
    assert not shelf.gallery.restore([number]).failures
    assert (shelf.renders / "images/day/a.png").exists()


@pytest.mark.parametrize("has_links", [True, False], ids=["with links", "on a disk without links"])
def test_nothing_is_replaced_by_what_is_restored(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    def no_link(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    if not has_links:
        monkeypatch.setattr(os, "link", no_link)
    shelf.add("images/a.png", "old")
    number = shelf.id("images/a.png")
    shelf.gallery.delete([number])
    file = shelf.add("images/a.png", "new")
    (failure,) = shelf.gallery.restore([number]).failures
    assert (failure.id, failure.path) == (number, "images/a.png") and "has its name now" in failure.message
    assert shelf.find("new") == ["images/a.png"] and shelf.find("old", trash=True) == ["images/a.png"]
    file.unlink()
    assert shelf.gallery.restore([number]).done == (number,)
    shelf.gallery.refresh()
    assert shelf.find("old") == ["images/a.png"] and shelf.find() == ["images/a.png"]


def test_the_same_path_may_be_in_the_trash_twice(shelf: Shelf) -> None:
    for prompt in ("old", "new"):
        shelf.add("images/a.png", prompt)
        shelf.gallery.delete([shelf.id("images/a.png")])
    assert [item.prompt for item in shelf.items(trash=True)] == ["new", "old"]


def test_all_that_a_search_finds_is_deleted(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trash, "_TOGETHER", 2)
    for number in range(5):
        write_image(shelf.renders / f"images/{number}.png", "a lake" if number else "a city")
    shelf.gallery.refresh()
    assert len(shelf.gallery.delete(shelf.gallery.find_all(GalleryQuery("lake"))).done) == 4
    assert shelf.find() == ["images/0.png"] and len(shelf.find(trash=True)) == 4


def test_frames_of_a_run_that_renders_stay(shelf: Shelf) -> None:
    run = shelf.render()
    shelf.add("images/a.png")
    ids = [item.id for item in shelf.items()]
    lock = RunLock(run)
    lock.acquire()
    outcome = shelf.gallery.delete(ids)
    lock.release()
    assert len(outcome.done) == 1 and len(outcome.failures) == 4
    assert {failure.path for failure in outcome.failures} == set(shelf.find())
    assert all("a run that renders now" in failure.message for failure in outcome.failures)
    assert len(list((run / "frames").iterdir())) == 3


def test_frames_and_films_of_a_finished_run_go_and_come(shelf: Shelf) -> None:
    run = shelf.render()
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    ids = [item.id for item in shelf.items()]
    assert len(shelf.gallery.delete(ids).done) == 4
    again = Gallery(shelf.renders)
    again.refresh()
    items = again.search(GalleryQuery(trash=True)).items
    assert {item.run for item in items} == {"waves/one"}
    assert sorted(item.kind for item in items) == [Kind.FILM, Kind.FRAME, Kind.FRAME, Kind.FRAME]
    assert len(again.restore(ids).done) == 4
    again.close()
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_the_trash_can_be_emptied(shelf: Shelf) -> None:
    shelf.add("images/a.png")
    kept = shelf.add("images/b.png")
    shelf.gallery.delete([shelf.id("images/a.png")])
    assert len(shelf.gallery.empty_trash().done) == 1
    assert shelf.find(trash=True) == [] and kept.exists()
    assert not list((shelf.renders / ".trash").iterdir())


def test_only_what_is_in_the_trash_is_purged_or_restored(shelf: Shelf) -> None:
    file = shelf.add("images/a.png")
    number = shelf.id("images/a.png")
    for act in (shelf.gallery.purge, shelf.gallery.restore):
        (failure,) = act([number]).failures
        assert failure.message == "is not in the trash" and file.exists()
    shelf.gallery.delete([number])
    assert shelf.gallery.delete([number]).failures[0].message == "is in the trash already"
    assert shelf.gallery.delete([99, -1, 2**70]).failures[0].message == "is not in the gallery"


def test_a_file_that_became_a_link_is_left_as_it_is(shelf: Shelf, tmp_path: Path) -> None:
    file = shelf.add("images/a.png")
    other = write_image(tmp_path / "other/a.png")
    number = shelf.id("images/a.png")
    file.unlink()
    file.symlink_to(other)
    assert shelf.gallery.delete([number]).failures
    file.unlink()
    file.parent.rmdir()
    file.parent.symlink_to(other.parent)
    assert shelf.gallery.delete([number]).failures
    assert other.exists() and not (shelf.renders / ".trash").exists()


def test_a_trash_that_is_a_link_is_not_used(shelf: Shelf, tmp_path: Path) -> None:
    file = shelf.add("images/a.png")
    (tmp_path / "elsewhere").mkdir()
    (shelf.renders / ".trash").symlink_to(tmp_path / "elsewhere")
    (failure,) = shelf.gallery.delete([shelf.id("images/a.png")]).failures
    assert "cannot be moved to the trash" in failure.message
    assert file.exists() and not list((tmp_path / "elsewhere").iterdir())


_KILLED = """
import os, signal, sys
from pathlib import Path
from animator.gallery.gallery import Gallery
gallery, moves = Gallery(Path(sys.argv[1])), []
rename, unlink = Path.rename, Path.unlink
def dying(act):
    def acting(path, *args):
        act(path, *args)
        moves.append(path)
        if len(moves) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
    return acting
Path.rename, Path.unlink = dying(rename), dying(unlink)
getattr(gallery, sys.argv[2])(range(1, 6))
"""


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
@pytest.mark.parametrize("act", ["delete", "restore"])
def test_a_kill_on_the_way_leaves_every_file_in_place_or_restorable(shelf: Shelf, act: str) -> None:
    data = {f"images/{one}.png": shelf.add(f"images/{one}.png", f"no {one}").read_bytes() for one in range(5)}
    if act == "restore":
        shelf.gallery.delete([item.id for item in shelf.items()])
    done = subprocess.run([sys.executable, "-c", _KILLED, str(shelf.renders), act], check=False)
    assert done.returncode == -9
    shelf.gallery.refresh()
    assert len(shelf.find()) in (2, 3) and sorted((*shelf.find(), *shelf.find(trash=True))) == sorted(data)
    assert not shelf.gallery.restore([item.id for item in shelf.items(trash=True)]).failures
    assert {path: (shelf.renders / path).read_bytes() for path in shelf.find()} == data
