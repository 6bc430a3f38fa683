"""Stand-ins for what fills a pipeline's slots, and the settings that most tests of films share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import torch
from torch import Tensor

from animator.models.diffusion.request import Diffuser, GenerationRequest
from animator.settings import Animation
from animator.timeline.plan import Plan

Make = Callable[..., Animation]
"""Makes a small film from the settings that differ from a small default; see the fixture `make_animation`."""

SHARP: dict[str, Any] = {"noise": {"amount": 0}, "sharpen": {"amount": 0}}
"""Settings of a film to whose images nothing is added before they are drawn; colors are matched."""
QUIET: dict[str, Any] = {**SHARP, "color": {"coherence": "none"}}
"""Settings of a film that leaves its images as they are: no noise, no sharpening, no color matching."""


class CountedGray:
    """Draws flat grays: 0.1 first, then 0.2, and so on."""

    def __init__(self) -> None:
        self._drawings = count(1)

    def generate(self, request: GenerationRequest) -> Tensor:
        width, height = request.size
        return torch.full((3, height, width), next(self._drawings) / 10)


@dataclass(frozen=True)
class KeepsOrGray:
    """Gives the image back as it is; a flat gray where there is none."""

    gray: float = 0.5

    def generate(self, request: GenerationRequest) -> Tensor:
        width, height = request.size
        return torch.full((3, height, width), self.gray) if request.image is None else request.image


@dataclass(frozen=True)
class Recorder:
    """Notes what it is asked, and has another diffuser draw it."""

    diffuser: Diffuser = field(default_factory=CountedGray)
    asked: list[GenerationRequest] = field(default_factory=list)

    def generate(self, request: GenerationRequest) -> Tensor:
        self.asked.append(request)
        return self.diffuser.generate(request)


@dataclass(frozen=True)
class Draws:
    """Draws what a function of the request says."""

    answer: Callable[[GenerationRequest], Tensor]

    def generate(self, request: GenerationRequest) -> Tensor:
        return self.answer(request)


@dataclass(frozen=True)
class RecordingMotion:
    """Moves nothing. Its looks give flat depths 1, 2, 3 and so on; it notes what each was given.

    Attributes:
        looks: The frame that the image was about to move to, and the depth of the look before.
        moves: The frames of every move, and its depth.
    """

    looks: list[tuple[int, float | None]] = field(default_factory=list)
    moves: list[tuple[list[int], float | None]] = field(default_factory=list)

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> Tensor:
        self.looks.append((plan.frame, level(last)))
        return torch.full(image.shape[-2:], float(len(self.looks)))

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        self.moves.append(([plan.frame for plan in plans], level(depth)))
        return image


@dataclass(frozen=True)
class CountingDepth:
    """A depth network that sees the same slope everywhere and counts how often it is asked."""

    asked: list[Tensor] = field(default_factory=list)

    def estimate(self, image: Tensor) -> Tensor:
        self.asked.append(image)
        height, width = image.shape[-2:]
        return torch.linspace(1.0, 2.0, height).unsqueeze(1).expand(height, width)


def level(flat: Tensor | None) -> float | None:
    """The value of a tensor that is the same everywhere; None of None."""
    if flat is None:
        return None
    (value,) = set(flat.flatten().tolist())
    return float(value)
