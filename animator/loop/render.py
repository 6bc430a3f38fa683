"""`render`: plans in, frames out. A generator: no files, no printing, no globals."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image
from torch import Tensor

from animator.core.deprecated import make_callable, warn_renamed
from animator.images.image import Image8, to_uint8
from animator.loop.pipeline import Pipeline, generate
from animator.loop.state import State
from animator.timeline.plan import Plan
from animator.timeline.timeline import Timeline


@dataclass(frozen=True, eq=False)
class Frame:
    """One finished frame.

    Attributes:
        plan: What the settings said about it.
        image: The image (3, H, W), RGB in [0, 1].
        depth: The depth (H, W), larger = nearer, by which it moved here; None where depth plays no part.
        state: Where rendering goes on if it stops after this frame.
    """

    plan: Plan
    image: Tensor
    depth: Tensor | None
    state: State

    @property
    def pixels(self) -> Image8:
        """The image for other libraries, numpy uint8 RGB (H, W, 3); on a GPU, asking waits for it."""
        return to_uint8(self.image)

    @property
    def picture(self) -> Tensor:
        """Deprecated name of `image`."""
        warn_renamed("Frame.picture", "Frame.image")
        return self.image

    def _repr_png_(self) -> bytes:
        """The image as PNG: notebooks show a frame as its image."""
        buffer = io.BytesIO()
        Image.fromarray(self.pixels).save(buffer, "PNG")
        return buffer.getvalue()


def render(timeline: Timeline, pipeline: Pipeline, state: State | None = None) -> Iterator[Frame]:
    """Every frame from the state's next one to the end of the film, in order.

    Args:
        timeline: The film's plans.
        pipeline: The filled slots.
        state: Where to go on; None starts at the beginning.
    """
    state = State() if state is None else state
    while state.next_frame < len(timeline):
        plans = timeline.group(state.next_frame)
        old = None if plans[0].cut else state.image
        drawn = generate(
            pipeline, plans if old is not None and pipeline.tween.draws_last else plans[:1], state
        )
        images = pipeline.tween(pipeline.motion, plans, old, drawn)
        last = plans[-1].frame
        for plan, seen in zip(plans, images, strict=True):
            if plan.frame == last:
                state = State(last + 1, seen.image, drawn.anchor, seen.depth)
            yield Frame(plan, seen.image, seen.depth, state)


make_callable(__name__)  # `from animator.loop import render` gave the function once
