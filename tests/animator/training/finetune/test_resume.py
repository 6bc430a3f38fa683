"""A training that was stopped goes on to the same bits."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from animator.errors import RunError
from animator.training.finetune.run import SETTINGS
from animator.training.finetune.state import STATE
from tests.animator.training.finetune.trainings import StopAfter, checked, equal, state, train

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


def test_a_training_that_was_killed_ends_as_if_it_had_not(images: Path, tmp_path: Path) -> None:
    train("lora", images, tmp_path / "whole", steps=60, save_every=5)
    command = [
        sys.executable,
        "-m",
        "animator",
        "train",
        "lora",
        str(images),
        "--name",
        "thing",
        "--size",
        "64",
    ]
    command += ["--steps", "60", "--save-every", "5", "--preview", "thing", "--set", "preview.steps=2"]
    command += ["--to", str(tmp_path / "killed" / "models"), "-o", str(tmp_path / "killed" / "run")]
    command += ["--device", "cpu", "--threads", "1"]
    for _ in range(2):
        process = subprocess.Popen(
            command, stderr=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
        path = tmp_path / "killed" / "run" / STATE
        before = path.stat().st_mtime_ns if path.exists() else 0
        while process.poll() is None and not (path.exists() and path.stat().st_mtime_ns != before):
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
    subprocess.run(command, check=True, capture_output=True)
    assert equal(state(tmp_path / "whole"), state(tmp_path / "killed"))


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
