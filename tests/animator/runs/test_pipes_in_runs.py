"""Pipes and other files of no content in the places of a run's files: nothing waits for them."""

import os
import shutil
from pathlib import Path

import pytest

from animator import FakeDiffuser, load, render_run
from animator.core.atomic import append
from tests.animator.cli.in_process import animator

FILES = (
    "preset.yaml",
    "run.json",
    "frames.jsonl",
    "log.jsonl",
    "state.safetensors",
    "report.html",
    "frames/000000001.png",
)
pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finished")
    (folder / "film.yaml").write_text(
        "name: film\nsize: 64\nframes: 2\nprompts: a lake\ndiffusion: {seed: 3}\n"
    )
    render_run(load(folder / "film.yaml"), folder / "run", diffuser=FakeDiffuser(), device="cpu")
    return folder


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "command",
    [
        ("resume", "run"),
        ("report", "run"),
        ("render", "film.yaml", "--out", "run"),
        ("encode", "run", "-o", "a.gif"),
    ],
    ids=lambda command: command[0],
)
def test_no_command_waits_for_a_pipe(
    name: str,
    command: tuple[str, ...],
    finished: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    here = tmp_path / "here"
    shutil.copytree(finished, here)
    (here / "run" / name).unlink(missing_ok=True)
    os.mkfifo(here / "run" / name)
    monkeypatch.chdir(here)
    code, printed = animator(capsys, *command)
    assert code in (0, 1, 2) and (code == 0 or "error: " in printed)


def test_nothing_is_appended_to_a_pipe_without_a_reader(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="pipe"):
        append(tmp_path / "pipe", b"line\n")
