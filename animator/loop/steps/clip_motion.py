"""Hybrid motion: estimates the motion in a clip and warps the film's images along it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Generic, Protocol, TypeVar

from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.images.camera import Matrix
from animator.images.grid import flow_grid
from animator.images.resample import Border, Sampling, sample
from animator.images.warp2d import warp_by_matrix
from animator.loop.pipeline import NO_CUTS, Cuts, FrameImage, Motion
from animator.loop.state import State
from animator.loop.steps.frame_source import FrameSource
from animator.loop.tweens.tween import WrappedTween
from animator.models.flow.features import MotionModel, feature_matrix
from animator.models.flow.model import FlowModel
from animator.timeline.plan import Plan

MotionT = TypeVar("MotionT")
FlowWarp = Callable[[Tensor, Tensor], Tensor]
"""Warps an image (3, H, W) along a flow (2, H, W)."""
_CACHE_SIZE = 4


class MotionKind(Protocol[MotionT]):
    """Estimates one kind of motion, composes two of them and warps images by them."""

    def estimate(self, first: Tensor, second: Tensor, plan: Plan) -> MotionT:
        """Returns the motion from one image (3, H, W) to another."""
        ...

    def compose(self, earlier: MotionT, later: MotionT) -> MotionT:
        """Returns both motions, one after the other, as one motion."""
        ...

    def warp(self, image: Tensor, motion: MotionT) -> Tensor:
        """Returns the warped image (3, H, W)."""
        ...


@dataclass(frozen=True)
class GlobalMotion:
    """Global motion: one matrix for the whole image.

    Attributes:
        kind: The class of matrices.
        sampling: Interpolation between pixels.
        contrast: Least contrast of a feature.
    """

    kind: MotionModel
    sampling: Sampling
    contrast: float

    def estimate(self, first: Tensor, second: Tensor, plan: Plan) -> Matrix:
        """Returns the `dst_from_src` (3, 3) of matched features."""
        return feature_matrix(first, second, self.kind, self.contrast)

    def compose(self, earlier: Matrix, later: Matrix) -> Matrix:
        """Returns the product of the matrices."""
        return later @ earlier

    def warp(self, image: Tensor, motion: Matrix) -> Tensor:
        """Returns the warped image (3, H, W), mirrored beyond its edges."""
        return warp_by_matrix(image, motion, Border.MIRROR, self.sampling)


@dataclass(frozen=True)
class DenseFlow:
    """Dense optical flow, scaled by `flow_factor`.

    Attributes:
        model: Estimates the flow.
        flow_warp: Warps images along it.
    """

    model: FlowModel
    flow_warp: FlowWarp

    def estimate(self, first: Tensor, second: Tensor, plan: Plan) -> Tensor:
        """Returns the flow (2, H, W) in pixels, times the plan's factor."""
        return self.model(first, second) * plan.hybrid.flow_factor

    def compose(self, earlier: Tensor, later: Tensor) -> Tensor:
        """Returns the flow (2, H, W) that samples an image where the two warps together would."""
        return later + sample(earlier, flow_grid(later, 1.0), Border.REPLICATE, Sampling.BILINEAR)

    def warp(self, image: Tensor, motion: Tensor) -> Tensor:
        """Returns the warped image (3, H, W)."""
        return self.flow_warp(image, motion)


class ClipMotion(Protocol):
    """Warps images by the motion of the clip."""

    def apply(self, image: Tensor, plans: Sequence[Plan]) -> Tensor:
        """Returns the image (3, H, W) of the frame before the first plan, warped to the last plan's frame."""
        ...


class ClipToClip(Generic[MotionT]):
    """The clip's own motion from each of its images to the next.

    It depends only on the clip and the frames. The last few results are cached; in-betweens need them again.

    Args:
        frames: The clip.
        kind: The kind of motion to estimate.
        cuts: Of the clip; nothing moves over them.
    """

    def __init__(self, frames: FrameSource, kind: MotionKind[MotionT], cuts: Cuts = NO_CUTS) -> None:
        self._frames = frames
        self._kind = kind
        self._cuts = cuts
        self._cache: LRUCache[tuple[int, int], MotionT] = LRUCache(_CACHE_SIZE)

    def apply(self, image: Tensor, plans: Sequence[Plan]) -> Tensor:
        """Returns the image (3, H, W) warped by the motion of all plans, resampled once."""
        moving = [plan for plan in plans if not self._cuts.at(plan.frame)]
        return self._kind.warp(image, self._total(moving)) if moving else image

    def _total(self, plans: Sequence[Plan]) -> MotionT:
        spans = [(plans[0].frame, plan.frame) for plan in plans]
        known = next((n for n in range(len(plans), 1, -1) if spans[n - 1] in self._cache), 1)
        motion = self._cache.get(spans[known - 1], lambda: self._estimate(plans[0]))
        for plan in plans[known:]:
            motion = self._kind.compose(motion, self._one_frame(plan))
        return self._cache.get(spans[-1], lambda: motion)

    def _one_frame(self, plan: Plan) -> MotionT:
        return self._cache.get((plan.frame, plan.frame), lambda: self._estimate(plan))

    def _estimate(self, plan: Plan) -> MotionT:
        before, after = self._frames.at(plan.frame - 1), self._frames.at(plan.frame)
        return self._kind.estimate(before, after, plan)


@dataclass(frozen=True)
class FilmToClip(Generic[MotionT]):
    """The motion from the film's own image to the clip's.

    Attributes:
        frames: The clip.
        kind: The kind of motion to estimate.
        cuts: Of the clip; the image moves only up to the first one.
    """

    frames: FrameSource
    kind: MotionKind[MotionT]
    cuts: Cuts = NO_CUTS

    def apply(self, image: Tensor, plans: Sequence[Plan]) -> Tensor:
        """Returns the image (3, H, W) warped toward the clip's image of the last plan's frame."""
        moving = list(takewhile(lambda plan: not self.cuts.at(plan.frame), plans))
        if not moving:
            return image
        last = moving[-1]
        return self.kind.warp(image, self.kind.estimate(image, self.frames.at(last.frame), last))


@dataclass(frozen=True)
class ClipMotionStep:
    """Step that warps the image by the clip's motion before it is diffused."""

    motion: ClipMotion

    def apply(self, image: Tensor, plan: Plan, state: State) -> Tensor:
        """Returns the image (3, H, W) warped by one frame of the clip's motion."""
        return self.motion.apply(image, [plan])


@dataclass(frozen=True)
class CameraThenClip:
    """The motion of the camera, followed by that of the clip.

    Attributes:
        camera: The mode's motion.
        clip: The clip's.
    """

    camera: Motion
    clip: ClipMotion

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> Tensor | None:
        """Returns the depth that the camera's motion needs."""
        return self.camera.estimate_depth(image, plan, last)

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """Returns the image (3, H, W) warped by the camera, then by the clip; resampled twice."""
        return self.clip.apply(self.camera.warp(image, plans, depth), plans)


@dataclass(frozen=True, eq=False)
class ClipMotionTween(WrappedTween):
    """In-betweens that follow the clip's motion, too; see `Tween`.

    Attributes:
        clip: The clip's motion.
    """

    clip: ClipMotion

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, generated: FrameImage
    ) -> Iterator[FrameImage]:
        """Yields the images (3, H, W) of a group, one per plan."""
        return self.tween(CameraThenClip(motion, self.clip), plans, old, generated)
