"""The command line: any options and arguments of any command, on files of any kind."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from PIL import Image
from typer.main import get_command

from animator import FakeDiffuser, load, render_run
from animator.cli.app import app
from animator.generation import models
from animator.runs import preview
from tests.fuzz.command import Command, no_model
from tests.fuzz.values import NUMBERS, TEXTS

RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that act on a terminal."""
COMMANDS: dict[str, Any] = dict(get_command(app).commands)  # type: ignore[attr-defined]
OPTIONS = sorted({name for command in COMMANDS.values() for part in command.params for name in part.opts})
FILES = (
    "film.yaml", "settings.txt", "run", "image.png", "empty", "noise.bin", "folder", "missing.yaml", "loop",
    "run/run.json", "run/frames", "run/film.mp4", "run/preset.yaml", "run/frames/000000000.png", "-", ".",
    "film.yaml/x", "\x1b[31m.yaml",
)  # fmt: skip
SETTINGS = (
    "frames=2",
    "fps=1e999",
    "size=²",
    "motion.zoom=t",
    "output.format=gif",
    "name=a/b",
    "x=",
    "=",
    "a.b.c=1",
)
SMALL = "name: film\nsize: [64, 64]\nframes: 2\nprompts: a lake\ndiffusion: {seed: 3}\n"


def _is_argument(text: str) -> bool:
    """Returns True for a text that a program can be started with, naming nothing outside the folder."""
    has_half = any(0xD800 <= ord(c) < 0xDC80 or 0xDCFF < ord(c) < 0xE000 for c in text)
    return "\0" not in text and not has_half and not text.startswith(("/", ".", "~"))


WORDS = st.sampled_from([text for text in (*TEXTS, *NUMBERS) if _is_argument(text)])
VALUES = st.sampled_from(FILES) | WORDS | st.sampled_from(SETTINGS) | st.integers(-2, 3).map(str)
SPANS = st.sampled_from(
    ("²", "1:2", "0:9999999999", "1:", ":", "2:1", "-1:1", "1:2:3", "٣", "1e3", "9" * 5000)
)


@st.composite
def command_lines(draw: DrawFn) -> list[str]:
    """Draws a command with arguments; more often than not they are some that it has."""
    name = draw(st.sampled_from(sorted(COMMANDS)))
    own = [
        "--help",
        *(option for part in COMMANDS[name].params for option in part.opts if option.startswith("-")),
    ]
    args = draw(st.lists(VALUES, min_size=1, max_size=2))
    for _ in range(draw(st.integers(0, 3))):
        option = draw(st.sampled_from(own) | st.sampled_from(OPTIONS) | WORDS.map(lambda text: f"--{text}"))
        value = draw(SPANS if option == "--frames" else VALUES)
        args += draw(st.sampled_from(([option], [option, value], [f"{option}={value}"], ["--set", value])))
    return [name, *args] if draw(st.integers(0, 19)) else args


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run, a preset, a settings file, an image and files of no kind."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "film.yaml").write_text(SMALL)
    (folder / "settings.txt").write_text(
        '{"W": 64, "H": 64, "max_frames": 2, "prompts": {"0": "a"}, "animation_mode": "2D"}'
    )
    render_run(load(folder / "film.yaml"), folder / "run", diffuser=FakeDiffuser(), device="cpu")
    Image.new("RGB", (64, 64), "red").save(folder / "image.png")
    (folder / "empty").touch()
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 9)
    (folder / "folder").mkdir()
    (folder / "loop").symlink_to("loop")
    return folder


@given(args=command_lines())
def test_any_command_line_is_carried_out_or_refused(
    args: list[str], files: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    command.copy(files)
    monkeypatch.setattr(preview, "preview", no_model)
    monkeypatch.setattr(models, "open_diffuser", no_model)
    printed = command.run(*args)
    text = printed.out + printed.err.replace("\r", "")
    assert not RAW.search(text)
    assert printed.code == 0 or re.search("error|Error|failed|Usage", text)
