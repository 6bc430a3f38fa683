"""Deleting a run folder: all that animator wrote, and nothing else."""

from pathlib import Path

import pytest

from animator.core.marks import RECORD_MARK
from animator.errors import RunError
from animator.runs.delete_run import delete_run
from animator.runs.render_run import render_run
from animator.runs.run import Run
from tests.fakes import CountingGrays, Make


@pytest.fixture
def run(tmp_path: Path, make_animation: Make) -> Path:
    folder = tmp_path / "renders" / "lake" / "1"
    animation = make_animation(frames=3, output={"subtitles": ["all"], "make_gif": True})
    render_run(animation, folder, diffuser=CountingGrays(), device="cpu")
    return folder


def test_a_run_is_deleted_whole(run: Path, tmp_path: Path) -> None:
    delete_run(run, tmp_path / "renders")
    assert not run.exists() and run.parent.exists()
    delete_run(run, tmp_path / "renders")


def test_somebody_s_own_files_stay(run: Path, tmp_path: Path) -> None:
    mine = [run / "notes.txt", run / "frames" / "mine.png", run / "lake.wav", run / "edit.mp4"]
    for path in mine:
        path.write_bytes(b"mine")
    delete_run(run, tmp_path / "renders")
    assert sorted(path for path in run.rglob("*") if path.is_file()) == sorted(mine)


def test_links_are_not_followed(run: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "000000000.png").write_bytes((run / "frames" / "000000000.png").read_bytes())
    (run / "more").symlink_to(other)
    delete_run(run, tmp_path / "renders")
    assert list(other.iterdir()) and (run / "more").is_symlink()


def test_a_run_with_linked_frames_is_left_as_it_is(run: Path, tmp_path: Path) -> None:
    (run / "frames").rename(tmp_path / "frames")
    (run / "frames").symlink_to(tmp_path / "frames")
    with pytest.raises(RunError, match="symbolic link"):
        delete_run(run, tmp_path / "renders")
    assert len(list((tmp_path / "frames").iterdir())) == 3


@pytest.mark.parametrize("renders", ["renders/lake/1", "elsewhere", "renders/lake/1/frames", "ren"])
def test_a_folder_outside_the_renders_folder_is_refused(run: Path, tmp_path: Path, renders: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(RunError, match="is not inside"):
        delete_run(run, tmp_path / renders)
    assert (run / "preset.yaml").exists()


def test_a_way_out_by_dots_or_by_a_link_is_refused(run: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    run.parent.rename(elsewhere)
    run.parent.symlink_to(elsewhere)
    for folder in (run, tmp_path / "renders" / ".." / "elsewhere" / "1"):
        with pytest.raises(RunError, match="is not inside"):
            delete_run(folder, tmp_path / "renders")
    assert (elsewhere / "1" / "preset.yaml").exists()


@pytest.mark.parametrize("text", ["name: mine\n", ""])
def test_a_folder_that_no_run_wrote_is_refused(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "preset.yaml").write_text(text)
    (folder / "run.json").write_text("{}")
    with pytest.raises(RunError, match="left as they are"):
        delete_run(folder, tmp_path)
    assert (folder / "run.json").exists()


def test_a_run_that_is_rendered_is_refused(run: Path, tmp_path: Path) -> None:
    with Run.open(run), pytest.raises(RunError, match="another process is rendering here"):
        delete_run(run, tmp_path / "renders")
    assert (run / "preset.yaml").exists()


def test_a_run_whose_settings_were_edited_is_still_one(run: Path, tmp_path: Path) -> None:
    preset = run / "preset.yaml"
    preset.write_text(preset.read_text() + "# mine\n")
    delete_run(run, tmp_path / "renders")
    assert not run.exists()


def test_a_lock_that_cannot_be_used_is_named_and_nothing_is_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    (folder / ".lock").mkdir(parents=True)
    (folder / "preset.yaml").write_text(RECORD_MARK)
    with pytest.raises(RunError, match=r"\.lock: cannot be deleted: Is a directory"):
        delete_run(folder, tmp_path)
    assert (folder / "preset.yaml").exists()
