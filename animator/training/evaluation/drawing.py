"""Images and films drawn by a model as users draw them."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from animator.models.diffusion.request import Diffuser, GenerationRequest
from schedules import PromptFrame

_ZOOM = 1.02  # of the film, per frame
_STRENGTH = 0.6  # how much of a frame is kept
_STEPS_OF_FILM = 2.5  # a redrawn frame runs 0.4 of its steps; so many more keep the number that run


@dataclass(frozen=True)
class Manner:
    """How is drawn: the numbers that a preset would have."""

    steps: int
    cfg_scale: float
    sampler: str = "DPM++ 2M"
    size: int = 256

    def __str__(self) -> str:
        return f"{self.sampler}, {self.steps} steps, cfg_scale {self.cfg_scale:g}"


def drawn(diffuser: Diffuser, prompt: str, manner: Manner, seed: int) -> Tensor:
    """An image (3, H, W) in [0, 1]."""
    return diffuser.generate(_request(prompt, manner, seed, None))


def zoom(diffuser: Diffuser, prompt: str, manner: Manner, frames: int) -> Iterator[Tensor]:
    """The frames (3, H, W) of a film that zooms in, each redrawn from the last; no colors are held."""
    image = drawn(diffuser, prompt, manner, 1)
    yield image
    for frame in range(1, frames):
        image = diffuser.generate(_request(prompt, manner, 1 + frame, _zoomed(image)))
        yield image


def _request(prompt: str, manner: Manner, seed: int, image: Tensor | None) -> GenerationRequest:
    return GenerationRequest(
        frame=0,
        size=(manner.size, manner.size),
        image=image,
        prompt=PromptFrame(prompt, ""),
        strength=0.0 if image is None else _STRENGTH,
        steps=manner.steps if image is None else round(manner.steps * _STEPS_OF_FILM),
        cfg_scale=manner.cfg_scale,
        sampler=manner.sampler,
        seed=seed,
    )


def _zoomed(image: Tensor) -> Tensor:
    side = image.shape[1]
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), 0.3, _ZOOM)
    pixels = image.permute(1, 2, 0).contiguous().numpy()
    moved = cv2.warpAffine(
        pixels, turn, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
    )
    return torch.from_numpy(np.clip(moved, 0, 1)).permute(2, 0, 1)
