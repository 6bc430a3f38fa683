"""`Pipeline`: the slots that make a frame, and the order in which they run. The mode fills them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from torch import Tensor

from animator.loop.color_anchor import ColorAnchorRule
from animator.loop.requests import RequestStep, build_request
from animator.loop.state import State
from animator.masks.tracked import TrackedMask
from animator.models.diffusion.one_at_a_time import generate_alone
from animator.models.diffusion.request import Diffuser
from animator.timeline.plan import Plan

if TYPE_CHECKING:
    from animator.loop.steps.reveal import Reveal
    from animator.loop.tweens.tween import Tween


class Source(Protocol):
    """Provides the image that img2img starts from.

    A source that starts every frame from one still image:

        @dataclass(frozen=True, eq=False)
        class Still:
            still: Tensor

            def init_image(self, plan: Plan) -> Tensor | None:
                return None

            def image(self, plan: Plan, state: State) -> Tensor | None:
                return self.still
    """

    def init_image(self, plan: Plan) -> Tensor | None:
        """Returns the image (3, H, W) that the first frame starts from, unwarped; None if there is none."""

    def image(self, plan: Plan, state: State) -> Tensor | None:
        """Returns the image (3, H, W) to start from, or None to generate from the prompt alone."""


class Motion(Protocol):
    """Warps an image from one frame to the next.

    A motion that shifts the image right by one pixel per frame and wraps around:

        @dataclass(frozen=True)
        class Scroll:
            def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> Tensor | None:
                return None  # needs no depth

            def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
                return image.roll(len(plans), dims=2)
    """

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> Tensor | None:
        """Returns the depth (H, W) of an image, larger = nearer; None if the motion needs none.

        Args:
            image: (3, H, W), before it is warped.
            plan: Of the frame it is warped to.
            last: The last depth estimate, warped or not; None at the start of a film.
        """

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """Returns the image (3, H, W) warped by the moves of one or more frames, resampled once.

        Args:
            image: (3, H, W).
            plans: Of the frames whose moves are applied, in order; at least one.
            depth: What `estimate_depth` returned for the image.
        """


class Step(Protocol):
    """Processes the image before or after it is diffused.

    A step that inverts every image:

        @dataclass(frozen=True)
        class Invert:
            def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
                return 1.0 - image
    """

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the processed image (3, H, W), float32 RGB in [0, 1]."""


class Cuts(Protocol):
    """Finds the hard cuts of the clip that a film is made from."""

    def at(self, frame: int) -> bool:
        """Returns True if the clip has a cut between the frame before and this one."""
        ...


@dataclass(frozen=True)
class NoCuts:
    """The cuts of a film whose images are not those of a clip."""

    def at(self, frame: int) -> bool:
        """Returns False."""
        return False


NO_CUTS = NoCuts()


class Faces(Protocol):
    """Restores the faces of generated images."""

    def restore(self, image: Tensor, plan: Plan, state: State) -> tuple[Tensor, Tensor | None]:
        """Returns the image (3, H, W) with its faces restored, and where they are for the next frame.

        Args:
            image: (3, H, W), as generated.
            plan: Of the frame.
            state: After the last frame, with its `faces`.

        Returns:
            The image, and the next state's `faces`.
        """
        ...


@dataclass(frozen=True)
class NoFaces:
    """The `Faces` of a film whose faces stay as generated."""

    def restore(self, image: Tensor, plan: Plan, state: State) -> tuple[Tensor, Tensor | None]:
        """Returns the image as it is."""
        return image, None


NO_FACES = NoFaces()


@dataclass(frozen=True)
class OutputStep:
    """A step on the images that leave the loop; the next frame is made from the image without it.

    Attributes:
        step: The step.
        remembers: True if it makes an image from its own last one: that is the image of the state it gets.
    """

    step: Step
    remembers: bool = False


@dataclass(frozen=True)
class Pipeline:
    """The filled slots of one film.

    Attributes:
        source: Provides the image to start from.
        motion: Warps that image to the frame.
        before: Steps on the warped image, before the diffusion.
        diffuser: Generates the frame.
        after: Steps on the generated image.
        tween: Makes the frames of a cadence group.
        anchor: Chooses the image whose colors the film keeps.
        after_motion: Steps on the last image, right after it is warped.
        overlays: Steps that paste images over the generated one, after all others; the tween overlays the
            in-betweens.
        request_steps: Add details to each request that the plan does not have.
        cuts: Where the images of the source change to another scene, over which in-betweens do not fade.
        faces: Restores the faces of the generated image, before all steps on it.
        reveal: Finds and fills what comes into view, to be generated; None leaves it to the motion.
        tracked: The mask that is tracked through the clip; None if none is.
        output: Steps on every finished frame, in-betweens too, which do not come back into the loop.
    """

    source: Source
    motion: Motion
    before: tuple[Step, ...]
    diffuser: Diffuser
    after: tuple[Step, ...]
    tween: "Tween"
    anchor: ColorAnchorRule
    after_motion: tuple[Step, ...] = ()
    overlays: tuple[Step, ...] = ()
    request_steps: tuple[RequestStep, ...] = ()
    cuts: Cuts = NO_CUTS
    faces: Faces = NO_FACES
    reveal: "Reveal | None" = None
    tracked: TrackedMask | None = None
    output: tuple[OutputStep, ...] = ()


@dataclass(frozen=True, eq=False)
class FrameImage:
    """The image of a frame, generated or in-between.

    Attributes:
        image: (3, H, W).
        depth: (H, W), the depth by which the image before it was warped; None if the motion needs none.
        anchor: (3, H, W), the color anchor from this frame on.
        faces: (n, 5, 2), the landmarks of the faces that were restored; None if there were none.
        revealed: (H, W), 1 where the image is only a fill of what came into view; None for nowhere.
    """

    image: Tensor
    depth: Tensor | None
    anchor: Tensor | None = None
    faces: Tensor | None = None
    revealed: Tensor | None = None


def generate(pipeline: Pipeline, plans: Sequence[Plan], state: State) -> FrameImage:
    """Returns the generated image of a cadence group.

    The slots run in this order: source, motion, after_motion, before, diffuser, faces, after, overlays.

    Args:
        pipeline: The filled slots.
        plans: From the frame after the state's image to the frame that is generated.
        state: After the last group.
    """
    plan = plans[-1]
    depth, warped, revealed = state.depth, None, None
    image = pipeline.source.image(plan, state)
    if image is None:
        image = pipeline.source.init_image(plan)
    elif plan.cut:
        image = depth = None
    else:
        depth = pipeline.motion.estimate_depth(image, plans[0], depth)
        warped = pipeline.motion.warp(image, plans, depth)
        if pipeline.reveal is not None:
            warped, revealed = pipeline.reveal.fill(warped, plans, depth, state.revealed)
        warped = _apply_steps(pipeline.after_motion, warped, plan, state)
    anchor = pipeline.anchor.for_frame(plan, state.anchor, warped)
    state = replace(state, anchor=anchor, revealed=revealed)
    if warped is not None:
        image = _apply_steps(pipeline.before, warped, plan, state)
    request = build_request(pipeline.request_steps, plan, image, revealed)
    generated = generate_alone(pipeline.diffuser, request)
    generated, faces = pipeline.faces.restore(generated, plan, state)
    generated = _apply_steps((*pipeline.after, *pipeline.overlays), generated, plan, state)
    anchor = pipeline.anchor.after_frame(plan, state.anchor, generated)
    return FrameImage(generated, depth, anchor, faces)


def _apply_steps(steps: Sequence[Step], image: Tensor, plan: Plan, state: State) -> Tensor:
    for step in steps:
        image = step.apply(image, plan, state)
    return image
