"""Small films for tests of jobs, and diffusers that worker processes open."""

import hashlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from animator.jobs.job import Job, JobState
from animator.jobs.messages import WorkerOptions
from animator.jobs.queue import JobQueue
from animator.models.diffusion.fake import FakeDiffuser
from animator.models.diffusion.request import Diffuser, GenerationRequest
from animator.models.diffusion.step_hook import begin_step
from animator.presets.load import load
from animator.runs.render_run import render_run
from animator.settings import Animation

CPU = torch.device("cpu")
WAIT_S = 90.0
STEP_S = 0.05
MANY_STEPS = 10_000


def preset(prompt: str = "a lake", frames: int = 4, **more: Any) -> dict[str, Any]:
    """A film of 64 x 64 pixels; the diffuser below reads what to do in its prompt."""
    return {
        "name": "lake",
        "size": [64, 64],
        "frames": frames,
        "prompts": prompt,
        "diffusion": {"seed": 3, "steps": 2, "cadence": 1},
        **more,
    }


def options(renders: Path, **more: Any) -> WorkerOptions:
    return WorkerOptions(renders, "cpu", threads=1, **more)


class Obedient:
    """Diffuser that does what its prompt says, from a frame on: `die 2`, `slow`; see `ACTS`."""

    def generate(self, request: GenerationRequest) -> torch.Tensor:
        word, _, detail = request.prompt.positive.partition(" ")
        at = int(detail) if detail.isdecimal() else 0
        if request.frame >= at:
            act(word, request.prompt.positive)
        return FakeDiffuser().generate(request)


def act(word: str, prompt: str) -> None:
    if word == "once" and create(Path(prompt.split()[1])):
        die()
    if word in ACTS:
        ACTS[word]()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def break_down() -> None:
    raise RuntimeError("a library broke")


def fill_the_disk() -> None:
    raise OSError(28, "No space left on device", "frame.png")


def take_many_steps() -> None:
    for step in range(MANY_STEPS):
        begin_step(step, MANY_STEPS)
        time.sleep(STEP_S)


ACTS: dict[str, Callable[[], None]] = {
    "die": die,
    "raise": break_down,
    "full": fill_the_disk,
    "slow": lambda: time.sleep(STEP_S),
    "hang": lambda: time.sleep(MANY_STEPS),
    "endless": take_many_steps,
}


def create(path: Path) -> bool:
    """Creates a file; returns False where it is there already."""
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def open_obedient(animation: Animation, device: torch.device) -> Diffuser:
    """Opens the diffuser of the jobs; a model called `built-in` is the only one that opens."""
    return Obedient()


def open_nothing(animation: Animation, device: torch.device) -> Diffuser:
    """Raises what a library may raise."""
    raise RuntimeError("the weights are torn")


def wait_until(queue: JobQueue, job: Job, *states: JobState, done: int = 0) -> Job:
    """Waits until a job is in one of some states and has frames."""
    end = time.monotonic() + WAIT_S
    while (now := queue.get(job.id)).state not in states or now.progress.done < done:
        assert time.monotonic() < end, now
        assert not now.state.has_ended or now.state in states, now
        time.sleep(0.02)
    return now


def frames_of(folder: Path | None) -> dict[str, str]:
    """The hash of each frame's file, by name."""
    assert folder is not None
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((folder / "frames").glob("*.png"))
    }


def pixels_of(folder: Path | None) -> dict[str, str]:
    """The hash of each frame's pixels, whatever the file says of its settings."""
    assert folder is not None
    hashes = {}
    for path in sorted((folder / "frames").glob("*.png")):
        with Image.open(path) as image:
            hashes[path.name] = hashlib.sha256(image.tobytes()).hexdigest()
    return hashes


def rendered_alone(film: dict[str, Any], folder: Path) -> dict[str, str]:
    """The frames of a film that no job renders."""
    render_run(load(film), folder, diffuser=Obedient(), device="cpu")
    return frames_of(folder)
