"""Filters: the steps on an image before and after it is drawn."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.images.color import Coherence, Palette, contrast, grayscale, match_palette, palette_of
from animator.images.noise import Perlin, perlin_noise, uniform_noise
from animator.images.sharpen import Sharpen, sharpen
from animator.loop.state import State
from animator.loop.steps.frame_source import FrameSource
from animator.timeline.plan import Plan
from schedules.seeds import derive


class MatchColor:
    """Keeps the colors of the film's anchor."""

    def __init__(self, space: Coherence) -> None:
        """The filter that matches histograms in a color space."""
        self._space = space
        self._palettes: LRUCache[Tensor, Palette] = LRUCache(1)  # an anchor serves many frames

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The image (3, H, W) with the anchor's colors; unchanged while there is no anchor."""
        if state.anchor is None:
            return image
        anchor = state.anchor
        return match_palette(image, self._palettes.get(anchor, lambda: palette_of(anchor, self._space)))


@dataclass(frozen=True)
class MatchImage:
    """Keeps the colors of an image from outside the film."""

    palette: Palette

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The image (3, H, W) with the palette's colors."""
        return match_palette(image, self.palette)


@dataclass(frozen=True)
class MatchClip:
    """Keeps the colors of the clip.

    Attributes:
        match: Gives an image (3, H, W) the colors of another.
        clip: What the clip shows.
        every: Every so many frames the clip's colors are taken anew.
    """

    match: Callable[[Tensor, Tensor], Tensor]
    clip: FrameSource
    every: int

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The image (3, H, W) with the clip's colors."""
        return self.match(image, self.clip.at(plan.frame - plan.frame % self.every))


@dataclass(frozen=True)
class Grayscale:
    """No colors at all."""

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The image (3, H, W) in gray."""
        return grayscale(image)


@dataclass(frozen=True)
class Contrast:
    """Contrast about black."""

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The image (3, H, W) times the plan's contrast, clipped."""
        return contrast(image, plan.color.contrast)


@dataclass(frozen=True)
class AntiBlur:
    """An unsharp mask against the blur of repeated warping."""

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The sharpened image (3, H, W)."""
        return sharpen(image, sharpening(plan))


@dataclass(frozen=True)
class UniformNoise:
    """White noise, drawn anew at every frame."""

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The image (3, H, W) with noise."""
        return uniform_noise(image, plan.noise.amount, _generator(plan))


@dataclass(frozen=True)
class PerlinNoise:
    """White noise in Perlin clouds, drawn anew at every frame."""

    perlin: Perlin

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The image (3, H, W) with noise."""
        return perlin_noise(image, plan.noise.amount, self.perlin, _generator(plan))


@dataclass(frozen=True)
class PresetStep:
    """One of the preset's `steps`, with its values at the frame."""

    place: int

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The image (3, H, W) that the step makes of it."""
        return plan.steps[self.place].apply(image, plan, state)


def sharpening(plan: Plan) -> Sharpen:
    """How a frame is sharpened."""
    settings = plan.sharpen
    odd = settings.kernel | 1  # a kernel that is interpolated from 3 to 7 passes even numbers on its way
    return Sharpen(odd, settings.sigma, settings.amount, settings.threshold)


def _generator(plan: Plan) -> torch.Generator:
    """The frame's own noise: hashed from seed and frame, so a fixed seed does not repeat its pattern."""
    return torch.Generator().manual_seed(derive(plan.seed, plan.frame, "noise"))
