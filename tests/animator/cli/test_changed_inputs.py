"""Files that a film reads and that change between two sessions: resuming names them and refuses."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from animator.core import fingerprint as prints
from animator.core.fingerprint import fingerprint
from animator.presets.load import load
from animator.runs.render_run import render_run
from tests.animator.cli.in_process import animator

PRESET = """
name: film
prompts: a lake
size: [64, 64]
frames: 4
init: {image: pictures/init.png}
mask: {use_mask: true, mask_file: mask.png}
diffusion: {seed: 3, steps: 1, model_folders: [models]}
color: {image: color.png}
"""


def painted(path: Path, value: int) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.full((64, 64, 3), value, np.uint8)).save(path)


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a film, its inputs, and a run that stopped after two of its four frames."""
    folder = tmp_path_factory.mktemp("half")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("pictures/init.png", "mask.png", "color.png"):
            painted(folder / name, 90)
        (folder / "film.yaml").write_text(PRESET)
        render_run(load("film.yaml"), "run", device="cpu", end=2)
    return folder


@pytest.fixture
def started(half: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The film, two of its four frames rendered; a copy."""
    shutil.copytree(half, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "film.yaml"


def record(film: Path) -> dict[str, Any]:
    return dict(json.loads((film.with_name("run") / "run.json").read_text()))


def frames(film: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((film.with_name("run") / "frames").iterdir())}


def test_the_record_has_the_digest_of_every_input(started: Path) -> None:
    inputs = {entry["setting"]: entry for entry in record(started)["inputs"]}
    assert {"init.image", "mask.mask_file", "color.image", "model"} <= set(inputs)
    image = started.with_name("color.png")
    assert inputs["color.image"]["sha256"] == fingerprint([image]).sha256
    assert inputs["color.image"]["bytes"] == image.stat().st_size


@pytest.mark.parametrize("name", ["pictures/init.png", "mask.png", "color.png"])
@pytest.mark.parametrize("command", [("resume", "run"), ("render", "film.yaml", "--out", "run", "--resume")])
def test_a_changed_input_is_named_and_accepted_only_when_told(
    started: Path, capsys: pytest.CaptureFixture[str], name: str, command: tuple[str, ...]
) -> None:
    before = frames(started)
    painted(started.parent / name, 200)
    code, said = animator(capsys, *command)
    assert code == 2 and f"{name}: has changed: " in said and "--accept-changed-inputs" in said
    assert "resume with:" not in said and frames(started) == before
    assert animator(capsys, *command, "--accept-changed-inputs")[0] == 0
    assert len(frames(started)) == 4 and frames(started).items() > before.items()
    (change,) = record(started)["changes"]
    assert change["frame"] == 2 and change["input"] == name
    assert animator(capsys, *command)[0] == 0
    assert record(started)["changes"] == [change]


def test_a_file_that_was_only_touched_or_put_back_is_the_same(
    started: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mask = started.with_name("mask.png")
    content = mask.read_bytes()
    painted(mask, 200)
    assert animator(capsys, "resume", "run")[0] == 2
    mask.write_bytes(content)
    os.utime(mask, (1, 1))
    assert animator(capsys, "resume", "run")[0] == 0


def test_a_missing_input_is_named_and_cannot_be_accepted(
    started: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started.with_name("mask.png").unlink()
    for more in ([], ["--accept-changed-inputs"]):
        code, said = animator(capsys, "resume", "run", *more)
        assert code == 2 and "mask.mask_file: mask.png: there is no such file" in said


def test_a_run_of_an_earlier_version_resumes_with_one_notice(
    started: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    path = started.with_name("run") / "run.json"
    old = {key: value for key, value in record(started).items() if key != "inputs"}
    path.write_text(json.dumps(old))
    assert animator(capsys, "resume", "run")[0] == 0
    assert caplog.text.count("does not say what the film's input files were") == 1
    assert len(record(started)["inputs"]) >= 4


@pytest.mark.parametrize(
    "broken",
    ["", "[]", '{"inputs": 3}', '{"inputs": [3, {"sha256": 5}], "threads": "x"}', '{"threads": 1e9}'],
)
def test_a_broken_record_does_not_keep_a_run_from_resuming(
    started: Path, capsys: pytest.CaptureFixture[str], broken: str
) -> None:
    (started.with_name("run") / "run.json").write_text(broken)
    assert animator(capsys, "resume", "run")[0] == 0


@pytest.mark.parametrize("size", [0, 1, 1000, 1001, 50_000])
def test_large_files_are_compared_by_samples_that_reach_both_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(prints, "WHOLE_BYTES", 1000)
    path = tmp_path / "model"
    path.write_bytes(bytes(size))
    first = fingerprint([path])
    assert first.is_whole == (size <= 1000) and first.bytes == size
    for at in {0, size - 1} if size else ():
        data = bytearray(size)
        data[at] = 1
        path.write_bytes(data)
        assert fingerprint([path]) != first


def test_resuming_computes_with_the_recorded_number_of_threads(
    started: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = started.with_name("run") / "run.json"
    path.write_text(json.dumps({**record(started), "threads": 3}))
    used: list[int] = []
    choose: Callable[..., Any] = torch.set_num_threads

    def use(count: int) -> None:
        used.append(count)
        choose(count)

    monkeypatch.setattr(torch, "set_num_threads", use)
    assert animator(capsys, "resume", "run")[0] == 0
    assert record(started)["threads"] == 3 and used[0] == 3 and torch.get_num_threads() != 3
    assert "threads" not in caplog.text
    assert animator(capsys, "resume", "run", "--threads", 2)[0] == 0
    assert "threads: was 3 when the first frames were rendered, now 2" in caplog.text
    assert record(started)["changes"][-1] == {"frame": 4, "fact": "threads", "was": 3, "now": 2}
