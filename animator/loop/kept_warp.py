"""`KeptWarp`: a motion that does not compute the same warp twice in a cadence group."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from animator.loop.pipeline import Motion
from animator.timeline.plan import Plan


@dataclass(frozen=True, eq=False)
class _Warp:
    """A warp and its result (3, H, W)."""

    image: Tensor
    plans: tuple[Plan, ...]
    depth: Tensor | None
    result: Tensor

    def is_of(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> bool:
        """Returns True for the same image, moves and depth; equal ones do not count, to compare no pixels."""
        same_moves = len(plans) == len(self.plans) and all(
            one is other for one, other in zip(plans, self.plans, strict=True)
        )
        return image is self.image and depth is self.depth and same_moves


class KeptWarp:
    """A motion that keeps its first warp, from which a frame is generated and the first in-between fades."""

    def __init__(self, motion: Motion) -> None:
        """Makes the motion of one cadence group."""
        self._motion = motion
        self._first: _Warp | None = None

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> Tensor | None:
        """Returns the depth (H, W) that the motion needs."""
        return self._motion.estimate_depth(image, plan, last)

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """Returns the image (3, H, W) warped by the moves of one or more frames."""
        if self._first is not None and self._first.is_of(image, plans, depth):
            return self._first.result
        result = self._motion.warp(image, plans, depth)
        if self._first is None:
            self._first = _Warp(image, tuple(plans), depth, result)
        return result
