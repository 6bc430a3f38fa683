"""Cadence: the frames of a group, from the old picture and the newly drawn one.

Both pictures move frame by frame and are cross-faded, the new one's weight growing to 1 at the last frame
of the group; the order of operations is that of Deforum's cadence.
"""

from collections.abc import Iterator, Sequence

from torch import Tensor

from animator.pipeline import Motion
from animator.plan import Plan


def tween(motion: Motion, plans: Sequence[Plan], old: Tensor | None, new: Tensor) -> Iterator[Tensor]:
    """The pictures (3, H, W) of a group, one per plan.

    Args:
        motion: Moves a picture from the frame before to the plan's.
        plans: The plans of the group, the drawn frame's first.
        old: The picture of the frame before the group, or None at the start of a film.
        new: The picture drawn for the group's first frame.
    """
    for position, plan in enumerate(plans):
        if position > 0:
            new = motion.move(new, plan)
        if old is None or plan.tween >= 1.0:
            yield new
            continue
        old = motion.move(old, plan)
        yield old.lerp(new, plan.tween)
