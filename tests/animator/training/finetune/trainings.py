"""Small trainings for tests: a few images, a tiny model, some steps."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from animator.generation.progress import StopSignal
from animator.training.finetune.check import Checked, check_training
from animator.training.finetune.draft import training_draft
from animator.training.finetune.run import Trained, train_model
from animator.training.finetune.state import STATE

STEPS = 4


def write_images(folder: Path, count: int = 3, size: tuple[int, int] = (64, 64), captions: str = "") -> Path:
    """A folder of random images, with captions if a text is given."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(4)
    for index in range(count):
        pixels = rng.integers(0, 255, (size[1] // 8, size[0] // 8, 3), np.uint8)
        Image.fromarray(pixels).resize(size).save(folder / f"{index:02d}.png")
        if captions:
            (folder / f"{index:02d}.txt").write_text(f"{captions}, number {index}")
    return folder


def checked(kind: str, images: Path, place: Path, **settings: Any) -> Checked:
    """A checked training whose result goes into a folder of its own."""
    values: Mapping[str, Any] = {
        "name": "thing",
        "model": "starter",
        "size": 64,
        "steps": STEPS,
        "save_every": 2,
        "out": str(place / "models"),
        "preview": {"prompts": ["thing"], "steps": 2},
    }
    draft, problems = training_draft(kind, images, values, settings)
    return check_training(draft, problems)


def train(kind: str, images: Path, place: Path, stop: StopSignal | None = None, **settings: Any) -> Trained:
    """Runs a training in `place/run`."""
    return train_model(checked(kind, images, place, **settings), place / "run", device="cpu", stop=stop)


def state(place: Path) -> dict[str, Tensor]:
    """The state of the training in a place."""
    return load_file(place / "run" / STATE)


def equal(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    """True for the same tensors, bit for bit."""
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


class StopAfter:
    """A stop signal that is set once some steps are finished; reports to it."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._seen = 0

    @property
    def is_set(self) -> bool:
        """True once it was asked often enough: it is asked once a step."""
        self._seen += 1
        return self._seen > self._steps
