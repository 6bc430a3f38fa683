"""`KeptWarp`: the motion of a cadence group, which computes no warp twice and knows the film's past."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from torch import Tensor

from animator.loop.pipeline import Motion
from animator.timeline.plan import Plan


@runtime_checkable
class FilmMotion(Motion, Protocol):
    """A motion whose depth network may see the film's images before the one whose depth it estimates."""

    def estimate_depth(
        self, image: Tensor, plan: Plan, last: Tensor | None, past: Tensor | None = None
    ) -> Tensor | None:
        """Returns the depth (H, W) that the motion needs.

        Args:
            image: (3, H, W), before it is warped.
            plan: Of the frame it is warped to.
            last: The last depth estimate; None at the start of a film.
            past: What `past_with` returned for the film's last frame; None at the start of a film.
        """

    def past_with(self, past: Tensor | None, image: Tensor) -> Tensor | None:
        """Returns the past (n, 3, h, w) after a frame's image (3, H, W); None for a network without one."""


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

    def __init__(self, motion: Motion, past: Tensor | None = None) -> None:
        """Makes the motion of one cadence group.

        Args:
            motion: The film's motion.
            past: The film's images before the group, of a `FilmMotion`; None at its start.
        """
        self._motion = motion
        self._past = past
        self._first: _Warp | None = None

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> Tensor | None:
        """Returns the depth (H, W) that the motion needs."""
        if isinstance(self._motion, FilmMotion):
            return self._motion.estimate_depth(image, plan, last, self._past)
        return self._motion.estimate_depth(image, plan, last)

    def past_with(self, image: Tensor) -> Tensor | None:
        """Returns the film's past after this group, whose last image (3, H, W) is given."""
        return self._motion.past_with(self._past, image) if isinstance(self._motion, FilmMotion) else None

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """Returns the image (3, H, W) warped by the moves of one or more frames."""
        if self._first is not None and self._first.is_of(image, plans, depth):
            return self._first.result
        result = self._motion.warp(image, plans, depth)
        if self._first is None:
            self._first = _Warp(image, tuple(plans), depth, result)
        return result
