"""Areas that come into view: found by warping a mask, filled from around, remembered until generated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from animator.images.inpaint import fill_smoothly, is_between
from animator.loop.pipeline import FrameImage, Motion
from animator.loop.steps.clip_motion import ClipMotion
from animator.loop.tweens.tween import WrappedTween
from animator.timeline.plan import Plan

_SHOWN = 1 - 1 / 64
"""Least share of a pixel that shows the source. At half a pixel, a slow pan would never reveal anything, and
smear its edge."""


@dataclass(frozen=True)
class Reveal:
    """Finds and fills the area that a motion brings into view.

    Attributes:
        motion: The film's motion, which leaves black what comes into view.
        keeps_gaps: True if the film's motion has filled gaps within the image already, by what lies behind.
        clip: The clip's motion, which follows the camera's; None if there is none.
    """

    motion: Motion
    keeps_gaps: bool = False
    clip: ClipMotion | None = None

    def fill(
        self, warped: Tensor, plans: Sequence[Plan], depth: Tensor | None, before: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Returns the image (3, H, W) with what came into view filled, and that area after the clip's motion.

        Args:
            warped: The image after the moves, before the clip's motion.
            plans: Of the frames whose moves were applied.
            depth: The depth (H, W) by which it was warped.
            before: The area (H, W) that was only filled before the moves; None for nothing.
        """
        revealed = self._after_camera(warped, plans, depth, before)
        after_clip = None if revealed is None else self._after_clip(revealed, plans[-1:])
        # The only question to the device: an empty area would cost the diffusion all of its steps.
        is_empty = after_clip is None or not bool(after_clip.any())
        return self.paint(warped, revealed), None if is_empty else after_clip

    def filled(self, warped: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """Returns the image (3, H, W) with what came into view filled; args as for `fill`."""
        return self.paint(warped, self._after_camera(warped, plans, depth, None))

    def paint(self, image: Tensor, area: Tensor | None) -> Tensor:
        """Returns the image (3, H, W) with an area (H, W) filled from around; None is no area."""
        if area is None:
            return image
        gaps = area * ~is_between(area) if self.keeps_gaps else area
        return fill_smoothly(image, gaps.unsqueeze(0))

    def area(
        self, like: Tensor, plans: Sequence[Plan], depth: Tensor | None, before: Tensor | None = None
    ) -> Tensor | None:
        """Returns the area (H, W) that is only filled after moves of camera and clip.

        Where it is known to be empty without waiting for a device, None.

        Args:
            like: An image (3, H, W) of the film's size.
            plans: As for `fill`.
            depth: As for `fill`.
            before: As for `fill`.
        """
        revealed = self._after_camera(like, plans, depth, before)
        return None if revealed is None else self._after_clip(revealed, plans)

    def _after_camera(
        self, like: Tensor, plans: Sequence[Plan], depth: Tensor | None, before: Tensor | None
    ) -> Tensor | None:
        shown = torch.ones_like(like) if before is None else (1.0 - before).expand_as(like)
        return _where(self.motion.warp(shown, plans, depth)[0] < _SHOWN)

    def _after_clip(self, revealed: Tensor, plans: Sequence[Plan]) -> Tensor | None:
        if self.clip is None:
            return revealed
        return _where(self.clip.apply((1.0 - revealed).expand(3, -1, -1), plans)[0] < _SHOWN)


def _where(mask: Tensor) -> Tensor | None:
    """Returns the mask (H, W) as 0 and 1; None if it is empty, where that is known without waiting."""
    is_empty = mask.device.type == "cpu" and not bool(mask.any())
    return None if is_empty else mask.to(torch.float32)


@dataclass(frozen=True)
class FilledMotion:
    """A motion that fills what comes into view from around it.

    Attributes:
        motion: Warps the image.
        reveal: Fills it.
    """

    motion: Motion
    reveal: Reveal

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> Tensor | None:
        """Returns the depth that the motion needs."""
        return self.motion.estimate_depth(image, plan, last)

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """Returns the warped image (3, H, W), filled."""
        return self.reveal.filled(self.motion.warp(image, plans, depth), plans, depth)


@dataclass(frozen=True, eq=False)
class RevealTween(WrappedTween):
    """In-betweens whose new areas are filled, and known until the next generation; see `Tween`.

    Attributes:
        reveal: Finds and fills them.
        by_frame: True if every in-between is made from the one before, False if from the generated image.
    """

    reveal: Reveal
    by_frame: bool = False

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, generated: FrameImage
    ) -> Iterator[FrameImage]:
        """Yields the images of a group; see `Tween`.

        In-betweens that lead up to a generated image show it where the old one ends, so nothing is to fill.
        """
        if self.generates_last and old is not None:
            yield from self.tween(motion, plans, old, generated)
            return
        revealed = None
        filled = FilledMotion(motion, self.reveal)
        for position, frame in enumerate(self.tween(filled, plans, old, generated)):
            moves = plans[1 : position + 1]
            revealed = self._revealed(frame, moves, revealed) if moves else None
            yield replace(frame, revealed=revealed)

    def _revealed(self, frame: FrameImage, moves: Sequence[Plan], before: Tensor | None) -> Tensor | None:
        """Returns the area (H, W) of an in-between that is only filled."""
        if self.by_frame:
            return self.reveal.area(frame.image, moves[-1:], frame.depth, before)
        return self.reveal.area(frame.image, moves, frame.depth)
