"""Cadence: the frames of a group, from the old picture and the newly drawn one.

Both pictures move frame by frame and are cross-faded, the new one's weight growing to 1 at the last frame
of the group; the order of operations is that of Deforum's cadence.
"""

from collections.abc import Iterator, Sequence

from torch import Tensor

from animator.pipeline import Drawn, Motion
from animator.plan import Plan


def tween(motion: Motion, plans: Sequence[Plan], old: Tensor | None, drawn: Drawn) -> Iterator[Drawn]:
    """The pictures (3, H, W) of a group, one per plan, with the depth by which each moved.

    Args:
        motion: Moves a picture from the frame before to the plan's.
        plans: The plans of the group, the drawn frame's first.
        old: The picture of the frame before the group, or None at the start of a film.
        drawn: What was drawn for the group's first frame.
    """
    new, depth = drawn.picture, drawn.depth
    for position, plan in enumerate(plans):
        fades = old is not None and plan.tween < 1.0
        if position > 0 or fades:
            # Both pictures move by the new one's depth, so that they stay one on the other.
            depth = motion.look(new, plan, depth)
        if position > 0:
            new = motion.move(new, plan, depth)
        if old is None or not fades:
            yield Drawn(new, depth)
            continue
        old = motion.move(old, plan, depth)
        yield Drawn(old.lerp(new, plan.tween), depth)
