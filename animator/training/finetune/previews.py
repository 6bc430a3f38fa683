"""`Previews`: sheets of images that the model generates during a training, of the same prompts and seeds."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from animator.core.atomic import atomic_write
from animator.generation.generate import generate
from animator.generation.settings import ImageSettings
from animator.images.image import png_of
from animator.models.diffusion.engine import Engine
from animator.models.diffusion.request import GenerationRequest
from animator.training.finetune.settings import TrainingSettings
from animator.training.finetune.trainee import Trainee

FOLDER = "previews"
MOST_DEFAULT = 4
"""Sheets of a training that names no prompts have this many at most."""


@dataclass(frozen=True, eq=False)
class _Live:
    """The diffuser of a model that is being trained."""

    engine: Engine

    def generate(self, request: GenerationRequest) -> Tensor:
        """Returns the generated image (3, H, W)."""
        return self.engine.generate(request)


@dataclass(frozen=True, eq=False)
class Previews:
    """Makes sheets.

    Attributes:
        settings: The training, open values filled.
        trainee: The model.
        prompts: What the images show.
        folder: The run folder.
        embeddings: Folder in which a trained embedding is found by its name.
    """

    settings: TrainingSettings
    trainee: Trainee
    prompts: tuple[str, ...]
    folder: Path
    embeddings: Path

    def make(self, step: int) -> Path:
        """Writes the sheet after some steps; returns its file."""
        with as_it_was(self.trainee.parts):
            engine = self.trainee.engine(self.embeddings)
            images = [self._image(_Live(engine), index) for index in range(len(self.prompts))]
        path = self.path(step)
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = min(4, len(images))
        images += [np.zeros_like(images[0])] * (-len(images) % columns)
        rows = [np.hstack(images[at : at + columns]) for at in range(0, len(images), columns)]
        atomic_write(path, png_of(np.vstack(rows)))
        return path

    def path(self, step: int) -> Path:
        """Returns the file of the sheet after some steps."""
        return self.folder / FOLDER / f"{step:06d}.png"

    def _image(self, diffuser: _Live, index: int) -> Any:
        own = self.settings.preview
        image = ImageSettings(
            prompt=self.prompts[index],
            negative_prompt=own.negative_prompt,
            seed=own.seed + index,
            steps=own.steps,
            cfg_scale=own.cfg_scale,
            sampler=own.sampler,
            size=own.size,
            clip_skip=self.settings.clip_skip,
            model=self.settings.model,
        )
        return generate(image, diffuser=diffuser, device=self.trainee.device)[0].pixels


@contextmanager
def as_it_was(parts: Mapping[str, torch.nn.Module]) -> Iterator[None]:
    """Leaves modules after a `with` block as they were: what is trained, precision, and their mode."""
    weights = [(weight, weight.requires_grad) for part in parts.values() for weight in part.parameters()]
    modes = [(module, module.training) for part in parts.values() for module in part.modules()]
    dtypes = {name: next(part.parameters()).dtype for name, part in parts.items()}
    try:
        yield
    finally:
        for weight, is_trained in weights:
            weight.requires_grad_(is_trained)
        for module, mode in modes:
            module.training = mode
        for name, part in parts.items():
            if next(part.parameters()).dtype != dtypes[name]:
                part.to(dtypes[name])
