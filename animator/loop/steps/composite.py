"""Filters that mix the clip's image into the film's, and the masks that say where."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from animator.images.colorspace import luma
from animator.images.depth_map import normalize
from animator.images.mask_tone import contrast_about_mean, equalized, stretch
from animator.loop.pipeline import Step
from animator.loop.state import State
from animator.loop.steps.frame_source import FrameSource
from animator.models.depth.model import DepthModel
from animator.timeline.plan import Plan

Tone = Callable[[Tensor, Plan], Tensor]
"""A step on a mask (H, W) of a frame."""


class Mask(Protocol):
    """Says where the film's own image covers the clip's."""

    def of(self, image: Tensor, clip: Tensor, plan: Plan) -> Tensor:
        """The mask (H, W): 1 shows the film's image (3, H, W), 0 the clip's (3, H, W)."""
        ...


@dataclass(frozen=True)
class Composite:
    """Mixes the clip's image of the frame in.

    Attributes:
        frames: The clip.
        mask: Where the film's image stays; None: nowhere by itself.
    """

    frames: FrameSource
    mask: Mask | None = None

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The image (3, H, W), `comp_alpha` of it replaced by the composite."""
        alpha = plan.hybrid.comp_alpha
        if alpha == 0.0:
            return image
        mixed = clip = self.frames.at(plan.frame)
        if self.mask is not None:
            mixed = clip.lerp(image, self.mask.of(image, clip, plan).expand_as(image))
        return image.lerp(mixed, alpha)


@dataclass(frozen=True)
class AfterFirst:
    """A filter that leaves the film's first frame alone."""

    step: Step

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The filtered image (3, H, W), or the first frame itself."""
        return image if plan.frame == 0 else self.step.apply(image, plan, state)


@dataclass(frozen=True)
class DepthMask:
    """What is near in the film's image covers the clip."""

    model: DepthModel

    def of(self, image: Tensor, clip: Tensor, plan: Plan) -> Tensor:
        """The nearness (H, W) of the film's image, stretched to [0, 1]."""
        return normalize(self.model.estimate(image))


@dataclass(frozen=True)
class ClipDepthMask:
    """The film's image covers what is near in the clip."""

    model: DepthModel

    def of(self, image: Tensor, clip: Tensor, plan: Plan) -> Tensor:
        """The nearness (H, W) of the clip's image, stretched to [0, 1]."""
        return normalize(self.model.estimate(clip))


@dataclass(frozen=True)
class BlendMask:
    """The film's image covers what is bright in the two images together."""

    def of(self, image: Tensor, clip: Tensor, plan: Plan) -> Tensor:
        """The brightness (H, W) of both, the clip's with the weight `comp_mask_blend_alpha`."""
        return luma(image).lerp(luma(clip), plan.hybrid.comp_mask_blend_alpha)


@dataclass(frozen=True)
class DifferenceMask:
    """The film's image covers the clip where they differ."""

    def of(self, image: Tensor, clip: Tensor, plan: Plan) -> Tensor:
        """How much brightness (H, W) differs."""
        return (luma(image) - luma(clip)).abs_()


@dataclass(frozen=True)
class Toned:
    """A mask whose tones are changed, step by step.

    Attributes:
        mask: The mask.
        steps: What is done to it, in order.
    """

    mask: Mask
    steps: tuple[Tone, ...]

    def of(self, image: Tensor, clip: Tensor, plan: Plan) -> Tensor:
        """The changed mask (H, W)."""
        found = self.mask.of(image, clip, plan)
        for step in self.steps:
            found = step(found, plan)
        return found


def inverse_tone(mask: Tensor, plan: Plan) -> Tensor:
    """The mask (H, W) with 0 and 1 swapped."""
    return 1.0 - mask


def even_tone(mask: Tensor, plan: Plan) -> Tensor:
    """The mask (H, W) with its values spread evenly."""
    return equalized(mask)


def contrast_tone(mask: Tensor, plan: Plan) -> Tensor:
    """The mask (H, W) with the plan's contrast."""
    return contrast_about_mean(mask, plan.hybrid.comp_mask_contrast)


def cutoff_tone(mask: Tensor, plan: Plan) -> Tensor:
    """The mask (H, W) stretched between the plan's cutoffs."""
    settings = plan.hybrid
    return stretch(
        mask, settings.comp_mask_auto_contrast_cutoff_low, settings.comp_mask_auto_contrast_cutoff_high
    )
