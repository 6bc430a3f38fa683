"""Hybrid compositing: blends the clip's image into the film's through a mask."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from animator.images.colorspace import luma
from animator.images.depth_map import normalize
from animator.images.mask_tone import contrast_about_mean, equalize_mask, stretch
from animator.loop.pipeline import Step
from animator.loop.state import State
from animator.loop.steps.frame_source import FrameSource
from animator.models.depth.model import DepthModel
from animator.timeline.plan import Plan

Tone = Callable[[Tensor, Plan], Tensor]
"""Changes the tones of a mask (H, W) at a frame."""


class Mask(Protocol):
    """Computes where the film's own image covers the clip's."""

    def of(self, image: Tensor, clip: Tensor, plan: Plan) -> Tensor:
        """Returns the mask (H, W): 1 shows the film's image (3, H, W), 0 the clip's (3, H, W)."""
        ...


@dataclass(frozen=True)
class Composite:
    """Blends in the clip's image of the frame.

    Attributes:
        frames: The clip.
        mask: Where the film's image stays; None keeps it nowhere, apart from `comp_alpha`.
    """

    frames: FrameSource
    mask: Mask | None = None

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the image (3, H, W) blended with the composite by `comp_alpha`."""
        alpha = plan.hybrid.comp_alpha
        if alpha == 0.0:
            return image
        mixed = clip = self.frames.at(plan.frame)
        if self.mask is not None:
            mixed = clip.lerp(image, self.mask.of(image, clip, plan).expand_as(image))
        return image.lerp(mixed, alpha)


@dataclass(frozen=True)
class SkipFirstFrame:
    """Applies a step to every frame but the film's first."""

    step: Step

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the processed image (3, H, W), or the first frame itself."""
        return image if plan.frame == 0 else self.step.apply(image, plan, state)


@dataclass(frozen=True)
class DepthMask:
    """Mask by the depth of the film's image: near parts cover the clip."""

    model: DepthModel

    def of(self, image: Tensor, clip: Tensor, plan: Plan) -> Tensor:
        """Returns the nearness (H, W) of the film's image, stretched to [0, 1]."""
        return normalize(self.model.estimate(image))


@dataclass(frozen=True)
class ClipDepthMask:
    """Mask by the depth of the clip: the film's image covers near parts."""

    model: DepthModel

    def of(self, image: Tensor, clip: Tensor, plan: Plan) -> Tensor:
        """Returns the nearness (H, W) of the clip's image, stretched to [0, 1]."""
        return normalize(self.model.estimate(clip))


@dataclass(frozen=True)
class BlendMask:
    """Mask by brightness: the film's image covers parts that are bright in a blend of both images."""

    def of(self, image: Tensor, clip: Tensor, plan: Plan) -> Tensor:
        """Returns the luma (H, W) of both images, the clip's weighted by `comp_mask_blend_alpha`."""
        return luma(image).lerp(luma(clip), plan.hybrid.comp_mask_blend_alpha)


@dataclass(frozen=True)
class DifferenceMask:
    """Mask by difference: the film's image covers the clip where they differ."""

    def of(self, image: Tensor, clip: Tensor, plan: Plan) -> Tensor:
        """Returns the absolute difference in luma (H, W)."""
        return (luma(image) - luma(clip)).abs_()


@dataclass(frozen=True)
class TonedMask:
    """A mask whose tones are changed.

    Attributes:
        mask: The mask.
        steps: Tone changes, in order.
    """

    mask: Mask
    steps: tuple[Tone, ...]

    def of(self, image: Tensor, clip: Tensor, plan: Plan) -> Tensor:
        """Returns the changed mask (H, W)."""
        mask = self.mask.of(image, clip, plan)
        for step in self.steps:
            mask = step(mask, plan)
        return mask


def invert_tone(mask: Tensor, plan: Plan) -> Tensor:
    """Returns the mask (H, W) inverted."""
    return 1.0 - mask


def equalize_tone(mask: Tensor, plan: Plan) -> Tensor:
    """Returns the mask (H, W) with its histogram equalized."""
    return equalize_mask(mask)


def contrast_tone(mask: Tensor, plan: Plan) -> Tensor:
    """Returns the mask (H, W) with the plan's contrast."""
    return contrast_about_mean(mask, plan.hybrid.comp_mask_contrast)


def stretch_tone(mask: Tensor, plan: Plan) -> Tensor:
    """Returns the mask (H, W) stretched between the plan's cutoffs."""
    settings = plan.hybrid
    return stretch(
        mask, settings.comp_mask_auto_contrast_cutoff_low, settings.comp_mask_auto_contrast_cutoff_high
    )
