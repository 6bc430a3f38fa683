"""Motion that the film takes from its clip: which motion, and how it carries an image along."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.images.camera import Matrix
from animator.images.grid import flow_grid
from animator.images.resample import Border, Sampling, sample
from animator.images.warp2d import warp_by_matrix
from animator.loop.pipeline import Generated, Motion
from animator.loop.state import State
from animator.loop.steps.frame_source import FrameSource
from animator.loop.tweens.tween import Tween
from animator.models.flow.features import MotionModel, feature_matrix
from animator.models.flow.model import FlowModel
from animator.timeline.plan import Plan

Found = TypeVar("Found")
FlowWarp = Callable[[Tensor, Tensor], Tensor]
"""Moves an image (3, H, W) along a flow (2, H, W)."""
_KEPT = 4


class Kind(Protocol[Found]):
    """A kind of motion: how it is found, joined and followed."""

    def between(self, first: Tensor, second: Tensor, plan: Plan) -> Found:
        """The motion from one image (3, H, W) to another."""
        ...

    def then(self, earlier: Found, later: Found) -> Found:
        """Both motions, one after the other, as one."""
        ...

    def follow(self, image: Tensor, motion: Found) -> Tensor:
        """The image (3, H, W) moved."""
        ...


@dataclass(frozen=True)
class GlobalMotion:
    """One matrix for the whole image.

    Attributes:
        kind: Which matrices.
        sampling: How pixels are read between pixels.
        contrast: How much a feature has to stand out.
    """

    kind: MotionModel
    sampling: Sampling
    contrast: float

    def between(self, first: Tensor, second: Tensor, plan: Plan) -> Matrix:
        """The `dst_from_src` (3, 3) of matched features."""
        return feature_matrix(first, second, self.kind, self.contrast)

    def then(self, earlier: Matrix, later: Matrix) -> Matrix:
        """The product."""
        return later @ earlier

    def follow(self, image: Tensor, motion: Matrix) -> Tensor:
        """The image (3, H, W) moved, mirrored beyond its edges."""
        return warp_by_matrix(image, motion, Border.MIRROR, self.sampling)


@dataclass(frozen=True)
class DenseFlow:
    """Optical flow, `flow_factor` of it.

    Attributes:
        model: Estimates the flow.
        warp: Moves images along it.
    """

    model: FlowModel
    warp: FlowWarp

    def between(self, first: Tensor, second: Tensor, plan: Plan) -> Tensor:
        """The flow (2, H, W) in pixels, times the plan's factor."""
        return self.model(first, second) * plan.hybrid.flow_factor

    def then(self, earlier: Tensor, later: Tensor) -> Tensor:
        """The flow (2, H, W) that reads an image where two warps would."""
        return later + sample(earlier, flow_grid(later, 1.0), Border.REPLICATE, Sampling.BILINEAR)

    def follow(self, image: Tensor, motion: Tensor) -> Tensor:
        """The image (3, H, W) moved."""
        return self.warp(image, motion)


class ClipMotion(Protocol):
    """Carries images along with the clip."""

    def apply(self, image: Tensor, plans: Sequence[Plan]) -> Tensor:
        """The image (3, H, W) of the frame before the first plan, brought to the last plan's frame."""
        ...


class ClipToClip(Generic[Found]):
    """The clip's own motion from each of its images to the next.

    A function of the clip and the frames alone. The last few results are kept, for in-betweens ask again.

    Args:
        frames: The clip.
        kind: What motion is looked for.
    """

    def __init__(self, frames: FrameSource, kind: Kind[Found]) -> None:
        self._footage = frames
        self._kind = kind
        self._kept: LRUCache[tuple[int, int], Found] = LRUCache(_KEPT)

    def apply(self, image: Tensor, plans: Sequence[Plan]) -> Tensor:
        """The image (3, H, W) moved by all plans, sampled once."""
        return self._kind.follow(image, self._along(plans))

    def _along(self, plans: Sequence[Plan]) -> Found:
        spans = [(plans[0].frame, plan.frame) for plan in plans]
        known = next((n for n in range(len(plans), 1, -1) if spans[n - 1] in self._kept), 1)
        motion = self._kept.get(spans[known - 1], lambda: self._between(plans[0]))
        for plan in plans[known:]:
            motion = self._kind.then(motion, self._step(plan))
        return self._kept.get(spans[-1], lambda: motion)

    def _step(self, plan: Plan) -> Found:
        return self._kept.get((plan.frame, plan.frame), lambda: self._between(plan))

    def _between(self, plan: Plan) -> Found:
        before, here = self._footage.at(plan.frame - 1), self._footage.at(plan.frame)
        return self._kind.between(before, here, plan)


@dataclass(frozen=True)
class FilmToClip(Generic[Found]):
    """The motion from the film's own image to the clip's.

    Attributes:
        frames: The clip.
        kind: What motion is looked for.
    """

    frames: FrameSource
    kind: Kind[Found]

    def apply(self, image: Tensor, plans: Sequence[Plan]) -> Tensor:
        """The image (3, H, W) moved towards the clip's image of the last plan's frame."""
        last = plans[-1]
        return self.kind.follow(image, self.kind.between(image, self.frames.at(last.frame), last))


@dataclass(frozen=True)
class Carry:
    """The clip's motion as a step on the image that is drawn next."""

    motion: ClipMotion

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """The image (3, H, W) carried along by one frame."""
        return self.motion.apply(image, [plan])


@dataclass(frozen=True)
class Carried:
    """A motion of the camera, and then the clip's.

    Attributes:
        camera: The mode's motion.
        clip: The clip's.
    """

    camera: Motion
    clip: ClipMotion

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> Tensor | None:
        """The camera's look."""
        return self.camera.estimate_depth(image, plan, last)

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """The image (3, H, W) moved by the camera and then carried along, each sampled once."""
        return self.clip.apply(self.camera.warp(image, plans, depth), plans)


@dataclass(frozen=True)
class CarriedTween:
    """In-betweens that the clip carries along, too; see `Tween`.

    Attributes:
        tween: How they are made.
        clip: The clip's motion.
    """

    tween: Tween
    clip: ClipMotion

    @property
    def draws_last(self) -> bool:
        """What the tween within says."""
        return self.tween.draws_last

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, drawn: Generated
    ) -> Iterator[Generated]:
        """The images (3, H, W) of a group, one per plan."""
        return self.tween(Carried(motion, self.clip), plans, old, drawn)
