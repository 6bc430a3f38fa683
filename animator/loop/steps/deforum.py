"""Steps that compute exactly what the Deforum extension does, for imported films (`compat`)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.images.color import Coherence
from animator.images.deforum.color import LevelHistogram, histogram_of, match_histogram
from animator.images.deforum.noise import deforum_noise
from animator.images.deforum.sharpen import deforum_sharpen
from animator.images.noise import Perlin
from animator.loop.pipeline import Step
from animator.loop.state import State
from animator.loop.steps.filters import sharpen_settings
from animator.loop.steps.masking import Area
from animator.timeline.plan import Plan


class DeforumMatchColor:
    """Matches the anchor's colors as Deforum does, with red and blue swapped."""

    def __init__(self, space: Coherence) -> None:
        """Makes the filter; histograms are matched in `space`."""
        self._space = space
        self._histograms: LRUCache[Tensor, LevelHistogram] = LRUCache(1)  # an anchor serves many frames

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the image (3, H, W) with the anchor's colors; unchanged while there is no anchor."""
        if state.anchor is None or self._space is Coherence.NONE:
            return image
        anchor = state.anchor
        wanted = self._histograms.get(anchor, lambda: histogram_of(anchor, self._space))
        return match_histogram(image, wanted, state.revealed)


@dataclass(frozen=True, eq=False)
class DeforumMatchImage:
    """Matches the colors of an image from outside the film as Deforum does.

    Attributes:
        wanted: The image's histogram.
    """

    wanted: LevelHistogram

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the image (3, H, W) with the histogram."""
        return match_histogram(image, self.wanted, state.revealed)


@dataclass(frozen=True)
class FirstFrameOnly:
    """Applies a step to the film's first frame only."""

    step: Step

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the processed image (3, H, W); after the first frame, the image itself."""
        return self.step.apply(image, plan, state) if plan.frame == 0 else image


@dataclass(frozen=True, eq=False)
class DeforumAntiBlur:
    """Deforum's unsharp mask, whose threshold protects only pixels brighter than their surroundings.

    Attributes:
        mask: Where it acts (H, W), [0, 1]; None acts everywhere.
    """

    mask: Tensor | None = None

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the sharpened image (3, H, W)."""
        return deforum_sharpen(image, sharpen_settings(plan), self.mask)


@dataclass(frozen=True)
class DeforumNoise:
    """Deforum's noise, drawn from the frame's seed itself.

    Attributes:
        perlin: Shape of the noise; None is uniform.
        area: Where it acts; None acts everywhere.
    """

    perlin: Perlin | None
    area: Area | None = None

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the image (3, H, W) with noise."""
        generator = torch.Generator().manual_seed(plan.seed % 2**64)
        mask = None if self.area is None else self.area.of(plan, image)
        return deforum_noise(image, plan.noise.amount, self.perlin, generator, mask)
