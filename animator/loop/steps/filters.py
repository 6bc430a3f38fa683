"""Filters: steps on an image before and after it is diffused, such as color, sharpening and noise."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.images.color import Coherence, Palette, contrast, grayscale, match_palette, palette_of
from animator.images.noise import Perlin, perlin_noise, uniform_noise
from animator.images.sharpen import Sharpen, sharpen
from animator.loop.pipeline import Step
from animator.loop.state import State
from animator.loop.steps.frame_source import FrameSource
from animator.timeline.plan import Plan
from schedules.seeds import derive


class MatchColor:
    """Matches the colors of the film's anchor."""

    def __init__(self, space: Coherence) -> None:
        """Makes the filter; histograms are matched in `space`."""
        self._space = space
        self._palettes: LRUCache[Tensor, Palette] = LRUCache(1)  # an anchor serves many frames

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the image (3, H, W) with the anchor's colors; unchanged while there is no anchor."""
        if state.anchor is None:
            return image
        anchor = state.anchor
        palette = self._palettes.get(anchor, lambda: palette_of(anchor, self._space))
        return match_palette(image, palette, state.revealed)


class MatchPrompts:
    """Matches the colors of the prompts: the scene's anchor, and an image generated for each later prompt."""

    def __init__(self, make_match: Callable[[], Step], generate: Callable[[int], Tensor]) -> None:
        """Makes the filter.

        Args:
            make_match: Makes a step that matches the anchor's colors.
            generate: Returns the image (3, H, W) of the prompt at a key's frame, generated from it alone.
        """
        self._make_match, self._generate = make_match, generate
        self._prompts: LRUCache[int | None, tuple[Step, Tensor | None]] = LRUCache(3)  # most in one frame

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the image (3, H, W) with the colors of the plan's palettes, weighted by their shares."""
        matched = [self._match(palette.key, image, plan, state) for palette in plan.palettes]
        if len(matched) == 1:
            return matched[0]
        weighted = (one * palette.share for one, palette in zip(matched, plan.palettes, strict=True))
        return torch.stack(list(weighted)).sum(0)

    def _match(self, key: int | None, image: Tensor, plan: Plan, state: State) -> Tensor:
        step, anchor = self._prompts.get(key, lambda: self._open(key))
        return step.apply(image, plan, state if key is None else replace(state, anchor=anchor))

    def _open(self, key: int | None) -> tuple[Step, Tensor | None]:
        return self._make_match(), None if key is None else self._generate(key)


@dataclass(frozen=True)
class MatchImage:
    """Matches the colors of an image from outside the film."""

    palette: Palette

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the image (3, H, W) with the palette's colors."""
        return match_palette(image, self.palette, state.revealed)


class MatchClip:
    """Matches the colors of the clip."""

    def __init__(self, make_match: Callable[[Tensor], Step], clip: FrameSource, every: int) -> None:
        """Makes the filter.

        Args:
            make_match: Makes a step that matches the colors of an image (3, h, w).
            clip: The images of the clip.
            every: The reference image changes every N frames.
        """
        self._make_match, self._clip, self._every = make_match, clip, every
        self._steps: LRUCache[int, Step] = LRUCache(1)  # serves both sides of the diffusion, and N frames

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the image (3, H, W) with the clip's colors."""
        frame = plan.frame - plan.frame % self._every
        step = self._steps.get(frame, lambda: self._make_match(self._clip.at(frame)))
        return step.apply(image, plan, state)


@dataclass(frozen=True)
class Grayscale:
    """Removes all color."""

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the image (3, H, W) in gray."""
        return grayscale(image)


@dataclass(frozen=True)
class Contrast:
    """Scales contrast about black."""

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the image (3, H, W) times the plan's contrast, clamped to [0, 1]."""
        return contrast(image, plan.color.contrast)


@dataclass(frozen=True)
class AntiBlur:
    """Sharpens with an unsharp mask, against the blur of repeated warping."""

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the sharpened image (3, H, W)."""
        return sharpen(image, sharpen_settings(plan))


@dataclass(frozen=True)
class UniformNoise:
    """Adds white noise, drawn anew for every frame."""

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the image (3, H, W) with noise."""
        return uniform_noise(image, plan.noise.amount, _noise_generator(plan))


@dataclass(frozen=True)
class PerlinNoise:
    """Adds white noise modulated by Perlin noise, drawn anew for every frame."""

    perlin: Perlin

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the image (3, H, W) with noise."""
        return perlin_noise(image, plan.noise.amount, self.perlin, _noise_generator(plan))


@dataclass(frozen=True)
class PresetStep:
    """One of the preset's `steps`, with its values at the frame.

    Attributes:
        index: Its position in the list.
    """

    index: int

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the image (3, H, W) after the step."""
        return plan.steps[self.index].apply(image, plan, state)


def sharpen_settings(plan: Plan) -> Sharpen:
    """Returns the sharpening settings of a frame."""
    settings = plan.sharpen
    return Sharpen(settings.kernel, settings.sigma, settings.amount, settings.threshold)


def _noise_generator(plan: Plan) -> torch.Generator:
    """Returns the frame's generator, hashed from seed and frame: a fixed seed does not repeat its pattern."""
    return torch.Generator().manual_seed(derive(plan.seed, plan.frame, "noise"))
