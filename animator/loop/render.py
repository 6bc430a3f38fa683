"""`render`: plans in, frames out. A generator that opens no file and prints nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from torch import Tensor

from animator.core.deprecated import warn_renamed
from animator.images.image import Image8, png_of, to_uint8
from animator.loop.kept_warp import KeptWarp
from animator.loop.output import finish
from animator.loop.pipeline import Cuts, Pipeline, generate
from animator.loop.state import State
from animator.timeline.plan import Plan
from animator.timeline.timeline import Timeline


@dataclass(frozen=True, eq=False)
class Frame:
    """One finished frame.

    Attributes:
        plan: The settings at this frame.
        image: The image (3, H, W), RGB in [0, 1].
        depth: The depth (H, W), larger = nearer, by which it was warped here; None if the motion needs none.
        state: The state to resume from after this frame.
        loop_image: The image (3, H, W) before the steps of the output, from which the next frame is made.
    """

    plan: Plan
    image: Tensor
    depth: Tensor | None
    state: State
    loop_image: Tensor

    @property
    def pixels(self) -> Image8:
        """The image as numpy uint8 RGB (H, W, 3), for other libraries; on a GPU this synchronizes."""
        return to_uint8(self.image)

    @property
    def picture(self) -> Tensor:
        """Deprecated name of `image`."""
        warn_renamed("Frame.picture", "Frame.image")
        return self.image

    def _repr_png_(self) -> bytes:
        """Returns the image as PNG, which notebooks display."""
        return png_of(self.pixels)


def render(timeline: Timeline, pipeline: Pipeline, state: State | None = None) -> Iterator[Frame]:
    """Yields every frame from the state's next one to the end of the film, in order.

    Args:
        timeline: The film's plans.
        pipeline: The filled slots.
        state: The state to resume from; None starts at the first frame.
    """
    state = State() if state is None else state
    if pipeline.tracked is not None:
        pipeline.tracked.recall(state.tracked)
    while state.next_frame < len(timeline):
        plans = timeline.group(state.next_frame)
        latest = state
        for part, after_cut in _split_at_cuts(plans, pipeline.cuts):
            old = None if after_cut or part[0].cut else latest.image
            to_last = old is not None and pipeline.tween.generates_last
            motion = KeptWarp(pipeline.motion, None if old is None else latest.past)
            generated = generate(replace(pipeline, motion=motion), part if to_last else part[:1], latest)
            images = pipeline.tween(motion, part, old, generated)
            trails = _trails_before(part[0], latest, pipeline.cuts)
            for plan, frame in zip(part, images, strict=True):
                before = replace(latest, trails=trails)
                image, trails = finish(pipeline.output, frame.image, plan, before)
                if plan is part[-1]:
                    latest = State(
                        plan.frame + 1,
                        frame.image,
                        generated.anchor,
                        frame.depth,
                        faces=generated.faces,
                        revealed=frame.revealed,
                        trails=trails,
                        past=motion.past_with(frame.image),
                        tracked=None if pipeline.tracked is None else pipeline.tracked.memory,
                    )
                state = latest if plan is plans[-1] else state
                yield Frame(plan, image, frame.depth, state, frame.image)


def _trails_before(plan: Plan, state: State, cuts: Cuts) -> Tensor | None:
    """Returns the trails of the frame before one; None if that was another scene of the clip.

    A film without trails does not ask for the cuts, for which the clip is read once more.
    """
    return None if state.trails is None or cuts.at(plan.frame) else state.trails


def _split_at_cuts(plans: Sequence[Plan], cuts: Cuts) -> Iterator[tuple[Sequence[Plan], bool]]:
    """Yields the parts of a cadence group between the cuts of the clip, and True for one after a cut.

    Each part has a generated image of its own scene. A group without in-betweens is not split, for nothing
    fades in it.
    """
    if len(plans) == 1 and plans[0].tween >= 1.0:
        yield plans, False
        return
    starts = [i for i, plan in enumerate(plans) if cuts.at(plan.frame)]
    bounds = sorted({0, *starts, len(plans)})
    for start, end in pairwise(bounds):
        yield plans[start:end], start in starts
