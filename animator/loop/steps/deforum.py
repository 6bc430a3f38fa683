"""Filters with the Deforum extension's own numbers, for films imported from its settings files (`compat`)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from animator.images.color import Coherence
from animator.images.deforum.color import deforum_match_color
from animator.images.deforum.noise import deforum_noise
from animator.images.deforum.sharpen import deforum_sharpen
from animator.images.noise import Perlin
from animator.loop.pipeline import Step
from animator.loop.state import State
from animator.loop.steps.filters import sharpening
from animator.loop.steps.masking import Area
from animator.timeline.plan import Plan


@dataclass(frozen=True)
class DeforumMatch:
    """Keeps the anchor's colors in the reference's way, with red and blue swapped."""

    space: Coherence

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The image (3, H, W) with the anchor's colors; unchanged while there is no anchor."""
        return image if state.anchor is None else deforum_match_color(image, state.anchor, self.space)


@dataclass(frozen=True, eq=False)
class DeforumMatchImage:
    """Keeps the colors of an image from outside the film in the reference's way.

    Attributes:
        space: Where histograms are matched.
        reference: (3, h, w).
    """

    space: Coherence
    reference: Tensor

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The image (3, H, W) with the reference's colors."""
        return deforum_match_color(image, self.reference, self.space)


@dataclass(frozen=True)
class FirstFrameOnly:
    """A filter that acts on the film's first frame and on no other."""

    step: Step

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The filtered image (3, H, W), or the image itself after the first frame."""
        return self.step.apply(image, plan, state) if plan.frame == 0 else image


@dataclass(frozen=True, eq=False)
class DeforumAntiBlur:
    """The reference's unsharp mask, whose threshold protects only what is brighter than its surroundings.

    Attributes:
        mask: Where it acts (H, W), [0, 1]; None is everywhere.
    """

    mask: Tensor | None = None

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The sharpened image (3, H, W)."""
        return deforum_sharpen(image, sharpening(plan), self.mask)


@dataclass(frozen=True)
class DeforumNoise:
    """The reference's noise, drawn from the frame's seed itself.

    Attributes:
        perlin: Shape of the noise; None is uniform.
        area: Where it acts; None is everywhere.
    """

    perlin: Perlin | None
    area: Area | None = None

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The image (3, H, W) with noise."""
        generator = torch.Generator().manual_seed(plan.seed % 2**64)
        mask = None if self.area is None else self.area.of(plan, image)
        return deforum_noise(image, plan.noise.amount, self.perlin, generator, mask)
