"""Run folders: each file damaged, replaced by another kind of file, or with wrong values in it."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from safetensors.torch import save

from animator import FakeDiffuser, State, load, render_run
from animator.errors import AnimatorError
from animator.loop.state_header import SCHEMA
from animator.runs.metrics_log import MetricsLog
from animator.runs.run import Run
from tests.fuzz.bounded import bounded
from tests.fuzz.command import Command
from tests.fuzz.damage import damaged
from tests.fuzz.trees import changed
from tests.fuzz.values import TEXT, VALUE

FRAMES = 3
FILES = (
    "preset.yaml", "run.json", "frames.jsonl", "state.safetensors", "states/000000002.safetensors",
    "report.html", "frames/000000000.png", "frames/000000002.png", "film.mp4", ".lock",
)  # fmt: skip
KINDS: tuple[Callable[[Path], object], ...] = (
    Path.mkdir,
    Path.touch,
    os.mkfifo,
    lambda path: path.symlink_to("/dev/zero"),
    lambda path: path.symlink_to(path.name),
    lambda path: path.symlink_to("../../stranger.txt"),
    lambda path: path.parent.joinpath("copy").write_bytes(b"x"),
)
"""What may be at the place of a file; the last leaves nothing."""
COMMANDS = (
    ("resume", "run"), ("report", "run"), ("render", "film.yaml", "--out", "run", "--resume"),
    ("encode", "run", "-o", "a.gif"), ("render", "film.yaml", "--out", "run", "--from", "2"),
    ("render", "film.yaml", "--out", "run", "--frames", "1:2"), ("render", "film.yaml", "--out", "run"),
    ("info", "run/frames/000000000.png"), ("check", "run/preset.yaml"),
)  # fmt: skip
IMAGE = torch.zeros(3, 64, 64)
TENSORS = {
    "picture": IMAGE, "anchor": IMAGE[:2], "depth": torch.zeros(64, 64).long(), "x": torch.zeros(0),
    "anchor2": IMAGE[:, :8, :8].clone(), "depth2": IMAGE[0] / 0, "picture2": torch.zeros(()),
}  # fmt: skip


@st.composite
def states(draw: DrawFn) -> bytes:
    """Draws the bytes of a state with wrong tensors, or a header of any form."""
    names = draw(st.lists(st.sampled_from(sorted(TENSORS)), max_size=3))
    tensors = {name.rstrip("2"): TENSORS[name] for name in names}
    fields = draw(changed({"schema": SCHEMA, "next_frame": 2}) | VALUE)
    text = json.dumps(fields, default=str) if draw(st.booleans()) else draw(TEXT)
    metadata = draw(st.sampled_from(({"state": text}, {}, {"state": "", "x": text})))
    try:
        return save({name: tensor.clone().contiguous() for name, tensor in tensors.items()}, metadata)
    except UnicodeEncodeError:
        return b""


@st.composite
def contents(draw: DrawFn, name: str, run: Path) -> bytes:
    """Draws what is in a file of a run: damaged bytes, or well-formed text with wrong values."""
    valid = (run / name).read_bytes() if (run / name).is_file() else b""
    kind = draw(st.sampled_from(("damage", "values")))
    if kind == "damage":
        return draw(damaged(valid))
    if name.endswith(".safetensors"):
        return draw(states())
    if name in ("run.json", "frames.jsonl"):
        lines = (
            [json.loads(line) for line in valid.splitlines()] if name.endswith("l") else [json.loads(valid)]
        )
        return "\n".join(json.dumps(draw(changed(line)), default=str) for line in lines).encode()
    if name == "preset.yaml":
        tree = load(run / name).plain()
        return json.dumps(draw(changed(tree)), ensure_ascii=False).encode(errors="surrogatepass")
    return draw(st.sampled_from((b"", b"\0" * 100, b"<html>", valid + valid)))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a preset, and its finished run with a checkpoint."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "film.yaml").write_text(
        f"name: film\nsize: [64, 64]\nframes: {FRAMES}\nprompts: a lake\ndiffusion: {{seed: 3}}\n"
    )
    run = folder / "run"
    render_run(load(folder / "film.yaml"), run, diffuser=FakeDiffuser(), device="cpu")
    (run / "states" / "000000002.safetensors").write_bytes(State(2, IMAGE, IMAGE).to_bytes())
    return folder


def _read(run: Path) -> None:
    """Reads every part of a run by itself."""
    with bounded(AnimatorError, OSError, folder=run), Run.open(run) as opened:
        opened.state()
        opened.checkpoints.load_before(FRAMES)
    with bounded(AnimatorError):
        MetricsLog(run / "frames.jsonl").read()


@given(data=st.data())
def test_a_run_folder_of_any_content_is_used_or_refused(
    data: st.DataObject, finished: Path, tmp_path: Path, command: Command
) -> None:
    here = command.copy(finished)
    (tmp_path / "stranger.txt").write_text("precious")
    for _ in range(data.draw(st.integers(1, 2))):
        name = data.draw(st.sampled_from(FILES))
        path = here / "run" / name
        if data.draw(st.integers(0, 4)):
            (path.unlink if path.is_symlink() else path.exists)()
            if not path.is_dir() and not path.is_fifo():
                path.write_bytes(data.draw(contents(name, finished / "run")))
        else:
            if os.path.lexists(path):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            data.draw(st.sampled_from(KINDS))(path)
    _read(here / "run")
    printed = command.run(*data.draw(st.sampled_from(COMMANDS)))
    assert printed.code == 0 or "error: " in printed.err
    assert (tmp_path / "stranger.txt").read_text() == "precious"
