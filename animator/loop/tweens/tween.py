"""Cadence: the frames of a group, from the old image and the newly drawn one.

Both images move and are cross-faded, the new one's weight growing to 1 at the last frame of the group.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from torch import Tensor

from animator.loop.pipeline import Generated, Motion
from animator.timeline.plan import Plan


class Tween(Protocol):
    """A way to make the frames of a group."""

    @property
    def draws_last(self) -> bool:
        """True if the last frame of a group is drawn, False if the first."""

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, drawn: Generated
    ) -> Iterator[Generated]:
        """The images (3, H, W) of a group, one per plan, with the last look's depth.

        Args:
            motion: Moves an image from the frame before to the plan's.
            plans: The plans of the group.
            old: The image of the frame before the group, or None at the start of a film.
            drawn: What was drawn for the group's first frame; if `draws_last` and there is an old
                image, for its last one.
        """


@dataclass(frozen=True)
class Composed:
    """In-betweens that sample the drawn images once, through all moves since; see `Tween`.

    However long the group, an image is softened by one sampling, and its depth is looked at once.
    """

    draws_last: ClassVar[bool] = False

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, drawn: Generated
    ) -> Iterator[Generated]:
        """Yields the images (3, H, W) of a group, one per plan, with the last look's depth."""
        first, *later = plans
        depth = motion.estimate_depth(drawn.image, later[0], drawn.depth) if later else drawn.depth
        for position, plan in enumerate(plans):
            moves = plans[1 : position + 1]
            new = motion.warp(drawn.image, moves, depth) if moves else drawn.image
            if old is None or plan.tween >= 1.0:
                yield Generated(new, depth)
            else:
                faded = motion.warp(old, [first, *moves], drawn.depth).lerp(new, plan.tween)
                yield Generated(faded, depth)


@dataclass(frozen=True)
class Chained:
    """In-betweens that each move the one before it a step further, as Deforum's cadence does; see `Tween`."""

    draws_last: ClassVar[bool] = False

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, drawn: Generated
    ) -> Iterator[Generated]:
        """Yields the images (3, H, W) of a group, one per plan, with the last look's depth."""
        new, depth = drawn.image, drawn.depth
        for position, plan in enumerate(plans):
            fades = old is not None and plan.tween < 1.0
            if position > 0 or fades:
                # Both images move by the new one's depth, so that they stay one on the other.
                depth = motion.estimate_depth(new, plan, depth)
            if position > 0:
                new = motion.warp(new, [plan], depth)
            if old is None or not fades:
                yield Generated(new, depth)
                continue
            old = motion.warp(old, [plan], depth)
            yield Generated(old.lerp(new, plan.tween), depth)
