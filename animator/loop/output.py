"""`finish`: the steps on the images that leave the loop, and what they remember from frame to frame."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from animator.loop.pipeline import OutputStep
from animator.loop.state import State
from animator.timeline.plan import Plan


def finish(
    steps: Sequence[OutputStep], image: Tensor, plan: Plan, state: State
) -> tuple[Tensor, Tensor | None]:
    """Returns the finished image (3, H, W) of a frame, and the next state's `trails`.

    A step that remembers gets its own last result as the state's image, where others get none. Where other
    settings have changed how many steps remember, they begin anew.

    Args:
        steps: The steps, in order.
        image: (3, H, W), from the loop; it stays as it is.
        plan: Of the frame.
        state: After the last group, with the `trails` of the last frame.
    """
    count = sum(one.remembers for one in steps)
    kept = state.trails if state.trails is not None and len(state.trails) == count else [None] * count
    last, trails = iter(kept), []
    for one in steps:
        own = next(last) if one.remembers else None
        image = one.step.apply(image, plan, replace(state, image=own))
        if one.remembers:
            trails.append(image)
    return image, torch.stack(trails) if trails else None
