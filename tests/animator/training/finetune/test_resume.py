"""A training that was stopped goes on to the same bits."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from animator.errors import RunError
from animator.training.finetune.run import SETTINGS
from animator.training.finetune.state import STATE
from tests.animator.training.finetune.trainings import StopAfter, checked, equal, state, train

Moment = Callable[[Path, int], bool]
KINDS = ("lora", "embedding", "hypernetwork", "dreambooth")
STEPS = 6


@pytest.mark.parametrize("kind", KINDS)
def test_a_stopped_training_ends_as_if_it_had_not(kind: str, images: Path, tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "steps": STEPS,
        "lora": {"dropout": 0.3},
        "hypernetwork": {"layers": [1, 2, 1], "dropouts": [0, 0.3, 0]},
        "data": {"flip": True, "caption_dropout": 0.0 if kind == "embedding" else 0.3},
        "accumulate": 2,
    }
    train(kind, images, tmp_path / "whole", **settings)
    for stop in (1, 2):
        assert train(kind, images, tmp_path / "parts", StopAfter(stop), **settings).result is None
    train(kind, images, tmp_path / "parts", **settings)
    assert equal(state(tmp_path / "whole"), state(tmp_path / "parts"))
    curves = [(tmp_path / name / "run" / "curve.jsonl").read_text() for name in ("whole", "parts")]
    assert (
        curves[0].splitlines()[-1].partition('"loss"')[0] == curves[1].splitlines()[-1].partition('"loss"')[0]
    )


MOMENTS: dict[str, Moment] = {
    "class images are generated": lambda run, _: any((run / "class").rglob("*.png")),
    "images are encoded": lambda run, _: any((run / "latents").glob("*.safetensors")),
    "the first sheet is made": lambda run, _: (run / "previews").is_dir(),
    "the next state is written": lambda run, before: (
        state_time(run) > before and any(run.glob(".animator-*.part"))
    ),
    "a state is written": lambda run, before: state_time(run) > before,
}
"""When a training is killed: is asked with the run folder and the time of the state when it began."""


def test_a_training_that_was_killed_five_times_ends_as_if_it_had_not(images: Path, tmp_path: Path) -> None:
    classes: dict[str, Any] = {"concepts.0.class_prompt": "a toy", "concepts.0.class_images": 3}
    train("lora", images, tmp_path / "whole", steps=60, save_every=5, **classes)
    run = tmp_path / "killed" / "run"
    command = [sys.executable, "-m", "animator", "train", "lora", str(images), "--name", "thing"]
    command += ["--size", "64", "--steps", "60", "--save-every", "5", "--preview", "thing"]
    for name, value in {"preview.steps": 2, **classes}.items():
        command += ["--set", f"{name}={value}"]
    command += [
        "--to",
        str(tmp_path / "killed" / "models"),
        "-o",
        str(run),
        "--device",
        "cpu",
        "--threads",
        "1",
    ]
    for moment in MOMENTS.values():
        process = subprocess.Popen(
            command, stderr=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
        before = state_time(run)
        while process.poll() is None and not moment(run, before):
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        _, said = process.communicate()
        assert process.returncode == -signal.SIGKILL, said.decode()
    subprocess.run(command, check=True, capture_output=True)
    assert equal(state(tmp_path / "whole"), state(tmp_path / "killed"))


def state_time(run: Path) -> int:
    """When the state was written, in nanoseconds; 0 if there is none."""
    try:
        return (run / STATE).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def test_other_settings_are_refused_and_more_steps_are_not(images: Path, tmp_path: Path) -> None:
    train("lora", images, tmp_path)
    with pytest.raises(RunError, match="other settings: rate"):
        train("lora", images, tmp_path, rate="1e-5", overwrite=True)
    more = train("lora", images, tmp_path, steps=6, overwrite=True)
    assert more.result is not None
    train("lora", images, tmp_path / "whole", steps=6)
    assert equal(state(tmp_path), state(tmp_path / "whole"))


def test_a_damaged_state_is_said(images: Path, tmp_path: Path) -> None:
    train("lora", images, tmp_path, StopAfter(1))
    path = tmp_path / "run" / STATE
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(RunError, match="cannot be read"):
        train("lora", images, tmp_path)
    (tmp_path / "run" / SETTINGS).write_text("{")
    with pytest.raises(RunError, match=r"training\.json"):
        train("lora", images, tmp_path)


def test_another_process_in_the_folder_is_said(images: Path, tmp_path: Path) -> None:
    from animator.runs.run_lock import RunLock
    from animator.training.finetune.run import train_model

    training = checked("lora", images, tmp_path)
    (tmp_path / "run").mkdir()
    lock = RunLock(tmp_path / "run")
    lock.acquire()
    try:
        with pytest.raises(RunError):
            train_model(training, tmp_path / "run", device="cpu")
    finally:
        lock.release()
