"""Fake pipeline parts, and settings that most tests of films share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

import torch
from torch import Tensor

from animator.models.diffusion.request import Diffuser, GenerationRequest
from animator.runs.machine_speed import MachineSpeed
from animator.settings import Animation
from animator.timeline.plan import Plan

Make = Callable[..., Animation]
"""Builds the settings of a small film from what differs from a default; see the fixture `make_animation`."""

SHARP: dict[str, Any] = {"noise": {"amount": 0}, "sharpen": {"amount": 0}}
"""Settings of a film without noise and sharpening; colors are matched."""
QUIET: dict[str, Any] = {**SHARP, "color": {"coherence": "none"}}
"""Settings of a film that does not change its images: no noise, no sharpening, no color matching."""

MEASURED = MachineSpeed("the built-in model", "2d", 64 * 64, "cuda", 1e9, 1e-6, date(2026, 11, 30))
"""How fast a machine rendered a small film, as `animator bench` keeps it."""


class CountingGrays:
    """Diffuser that generates flat grays: 0.1 first, then 0.2, and so on."""

    def __init__(self) -> None:
        self._calls = count(1)

    def generate(self, request: GenerationRequest) -> Tensor:
        width, height = request.size
        return torch.full((3, height, width), next(self._calls) / 10)


@dataclass(frozen=True)
class PassthroughOrGray:
    """Diffuser that returns the image unchanged, or a flat gray if there is none."""

    gray: float = 0.5

    def generate(self, request: GenerationRequest) -> Tensor:
        width, height = request.size
        return torch.full((3, height, width), self.gray) if request.image is None else request.image


@dataclass(frozen=True)
class Recorder:
    """Diffuser that records its requests and passes them on to another diffuser."""

    diffuser: Diffuser = field(default_factory=CountingGrays)
    asked: list[GenerationRequest] = field(default_factory=list)

    def generate(self, request: GenerationRequest) -> Tensor:
        self.asked.append(request)
        return self.diffuser.generate(request)


@dataclass(frozen=True)
class FunctionDiffuser:
    """Diffuser that returns the image of a function of the request."""

    answer: Callable[[GenerationRequest], Tensor]

    def generate(self, request: GenerationRequest) -> Tensor:
        return self.answer(request)


@dataclass(frozen=True)
class RecordingMotion:
    """Motion that changes nothing, estimates flat depths 1, 2, 3 and so on, and records its calls.

    Attributes:
        depth_calls: Frame and last depth of every depth estimate.
        warp_calls: Frames and depth of every warp.
    """

    depth_calls: list[tuple[int, float | None]] = field(default_factory=list)
    warp_calls: list[tuple[list[int], float | None]] = field(default_factory=list)

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> Tensor:
        self.depth_calls.append((plan.frame, level(last)))
        return torch.full(image.shape[-2:], float(len(self.depth_calls)))

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        self.warp_calls.append(([plan.frame for plan in plans], level(depth)))
        return image


@dataclass(frozen=True)
class CountingDepth:
    """Depth model that estimates the same slope for every image, and records its calls."""

    asked: list[Tensor] = field(default_factory=list)

    def estimate(self, image: Tensor) -> Tensor:
        self.asked.append(image)
        height, width = image.shape[-2:]
        return torch.linspace(1.0, 2.0, height).unsqueeze(1).expand(height, width)


@dataclass(frozen=True)
class FilmDepth:
    """Depth model whose estimate is the mean of the film's first image, the last two and this one."""

    def estimate(self, image: Tensor) -> Tensor:
        return self.estimate_after(None, image)

    def estimate_after(self, past: Tensor | None, image: Tensor) -> Tensor:
        return self.past_with(past, image).float().mean((0, 1)) + torch.arange(image.shape[-1])

    def past_with(self, past: Tensor | None, image: Tensor) -> Tensor:
        view = (image[None] * 255).to(torch.uint8)
        film = view if past is None else torch.cat([past, view])
        return torch.cat([film[:1], film[-3:]]) if len(film) > 4 else film


def level(flat: Tensor | None) -> float | None:
    """Returns the value of a constant tensor, or None for None."""
    if flat is None:
        return None
    (value,) = set(flat.flatten().tolist())
    return float(value)
