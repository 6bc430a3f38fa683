"""The record of a film in its frames: whole, or kept once in the run folder."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from animator.errors import UserError
from animator.presets.film_record import RECORDS
from animator.presets.load import dump
from animator.presets.records import read_provenance
from animator.runs.delete_run import delete_run
from animator.runs.run import Run
from animator.runs.run_targets import check_new_run
from animator.settings import Animation
from tests.animator.api.pond import rendered

Make = Callable[..., Animation]
LONG = {i: f"prompt {i} of {i * i * 7919} and {i**3} hills" for i in range(1500)}


@pytest.fixture
def run(make_animation: Make, tmp_path: Path) -> Path:
    film = make_animation(frames=3, prompts=LONG)
    rendered(film, tmp_path / "run")
    return tmp_path / "run"


def test_frames_of_a_film_with_a_long_record_are_small_and_have_its_settings(run: Path) -> None:
    frames = sorted((run / "frames").iterdir())
    assert max(path.stat().st_size for path in frames) < 30_000
    assert len(list((run / RECORDS).iterdir())) == 1
    with Run.open(run) as opened:
        dumped = dump(opened.animation)
    assert {read_provenance(path).preset for path in frames} == {dumped}


def test_redone_frames_and_earlier_ones_each_have_their_own_record(run: Path) -> None:
    with Run.open(run) as opened:
        opened.rewind(opened.state(), opened.animation.model_copy(update={"name": "other"}))
        opened.record({})
    assert len(list((run / RECORDS).iterdir())) == 2
    assert "name: other" not in (read_provenance(run / "frames" / "000000000.png").preset or "")


def test_a_frame_away_from_its_run_says_where_its_record_is(run: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / "a.png"
    moved.parent.mkdir()
    shutil.copy(run / "frames" / "000000001.png", moved)
    with pytest.raises(UserError, match=r"a\.png: the record of its film is long, .*records"):
        read_provenance(moved)


@pytest.mark.parametrize("change", ["{}", "", "other"])
def test_a_record_that_was_changed_is_refused(run: Path, change: str) -> None:
    [path] = (run / RECORDS).iterdir()
    path.write_text(change)
    with pytest.raises(UserError, match=r"\.json: was changed"):
        read_provenance(run / "frames" / "000000001.png")


def test_a_run_can_be_deleted_with_its_record(run: Path) -> None:
    delete_run(run, run.parent)
    assert not run.exists()


def test_a_new_run_replaces_no_folder_of_records(make_animation: Make, tmp_path: Path) -> None:
    (tmp_path / "new" / RECORDS).mkdir(parents=True)
    (tmp_path / "new" / RECORDS / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="records: exists"):
        check_new_run(tmp_path / "new", make_animation())
