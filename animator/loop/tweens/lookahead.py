"""Look-ahead cadence: the last frame of a group is generated first, and the in-betweens lead up to it.

The image before the group is warped forward to an in-between and the generated one backward to it. Where both
show the same content there is nothing to fade. Content that only one of them shows is taken from that one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from animator.images.grid import grid_of_uv, uv_coordinates
from animator.images.resample import Border, Sampling, sample, sample_colors
from animator.images.side_stream import to_device
from animator.loop.pipeline import FrameImage, Motion
from animator.loop.steps.reveal import Reveal
from animator.loop.tweens.tween import Composed
from animator.models.flow.model import FlowModel
from animator.models.flow.warp import warp_by_flow
from animator.timeline.plan import Plan

_ITERATIONS = 12
"""Of the fixed-point search; each at least halves the error where sizes change by less than half."""
_TOLERANCE_PX = 1.0
"""A pixel that lands this near to itself after the way there and back counts as found."""
_FEATHER = 5


@dataclass(frozen=True)
class LookAhead:
    """In-betweens from the image before the group and the one generated for its last frame; see `Tween`.

    A film's first group, and one that begins with a cut, has no image before it: its first frame is generated
    and warped on.

    Attributes:
        flow: Estimates the motion that the diffusion added to the camera's, which in-betweens then follow;
            None cross-fades.
        reveal: Finds what the old image does not show; None takes the repeated edge of the image for that.
    """

    generates_last: ClassVar[bool] = True
    flow: FlowModel | None = None
    reveal: Reveal | None = None

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, generated: FrameImage
    ) -> Iterator[FrameImage]:
        """Yields the images (3, H, W) of a group, one per plan, with the last depth estimate."""
        if old is None:
            yield from Composed()(motion, plans, old, generated)
            return
        depth = generated.depth
        if depth is None:
            depth = motion.estimate_depth(old, plans[0], None)
        paths = _PixelPaths(motion, plans, old, depth, self.reveal)
        model = self.flow if not plans[-1].cut else None
        flow = None if model is None else model(paths.forward(len(plans)), generated.image)
        for steps in range(1, len(plans)):
            image = paths.forward(steps)
            if not plans[-1].cut:
                image = self._between(paths, steps, image, generated.image, flow)
            yield FrameImage(image, depth)
        yield FrameImage(generated.image, generated.depth)

    def _between(
        self, paths: "_PixelPaths", steps: int, from_old: Tensor, generated: Tensor, flow: Tensor | None
    ) -> Tensor:
        """Returns the in-between (3, H, W) of the old image warped forward and the generated one backward."""
        fraction = steps / len(paths.plans)
        grid, visible = paths.back(steps)
        from_new = sample_colors(generated, grid, Border.REPLICATE, Sampling.STEADY)
        if flow is not None:
            factor = paths.plans[0].diffusion.cadence_flow_factor
            flow_here = sample(flow, grid, Border.REPLICATE, Sampling.BILINEAR)
            from_old = warp_by_flow(from_old, flow_here, fraction * factor)
            from_new = warp_by_flow(from_new, flow_here, (fraction - 1.0) * factor)
        weight = torch.where(visible, torch.where(paths.old_shows(steps), fraction, 1.0), 0.0)
        return from_old.lerp(from_new, _feather(weight))


@dataclass(frozen=True, eq=False)
class _PixelPaths:
    """The paths of an image's pixels through the frames of a group.

    Attributes:
        motion: Warps images.
        plans: Of the group.
        old: (3, H, W), the image before the group.
        depth: Of the old image.
        reveal: As in `LookAhead`.
    """

    motion: Motion
    plans: Sequence[Plan]
    old: Tensor
    depth: Tensor | None
    reveal: Reveal | None

    def forward(self, steps: int) -> Tensor:
        """Returns the old image (3, H, W) warped forward by `steps` frames."""
        warped = self.motion.warp(self.old, self.plans[:steps], self.depth)
        return (
            warped if self.reveal is None else self.reveal.paint(warped, self._revealed(self.reveal, steps))
        )

    def old_shows(self, steps: int) -> Tensor:
        """Returns the pixels (H, W) of an in-between that the old image shows, without repeated edges."""
        if self.reveal is not None:
            area = self._revealed(self.reveal, steps)
            return torch.ones_like(self.old[0], dtype=torch.bool) if area is None else area == 0
        uv = self.motion.warp(_as_image(self._start()), self.plans[:steps], self.depth)[:2]
        height, width = uv.shape[-2:]
        margin = to_device(torch.tensor([0.6 / width, 0.6 / height]), uv.device).view(2, 1, 1)
        return ((uv > margin) & (uv < 1.0 - margin)).all(0)

    def back(self, steps: int) -> tuple[Tensor, Tensor]:
        """Returns the grid (H, W, 2) of an in-between's pixels in the last frame, and which are visible.

        The motion gives the origin of each pixel of the last frame. Its inverse is found by fixed-point
        iteration, which converges quickly as long as neighbors move alike.
        """
        start = self._start()
        origin = self.motion.warp(_as_image(start), self.plans[steps:], self._depth_after(steps))[:2]
        shift = origin - start
        uv = start - shift
        for _ in range(_ITERATIONS):
            uv = start - sample(shift, grid_of_uv(uv), Border.REPLICATE, Sampling.BILINEAR)
        error = uv + sample(shift, grid_of_uv(uv), Border.REPLICATE, Sampling.BILINEAR) - start
        height, width = shift.shape[-2:]
        size = to_device(torch.tensor([width, height]), shift.device).view(2, 1, 1)
        converged = (error.abs() * size < _TOLERANCE_PX).all(0)
        return grid_of_uv(uv), converged & ((uv > 0.0) & (uv < 1.0)).all(0)

    def _revealed(self, reveal: Reveal, steps: int) -> Tensor | None:
        return reveal.area(self.old, self.plans[:steps], self.depth)

    def _start(self) -> Tensor:
        """Returns the UV coordinates (2, H, W) of the old image's pixels."""
        height, width = self.old.shape[-2:]
        return uv_coordinates(height, width, self.old.device)

    def _depth_after(self, steps: int) -> Tensor | None:
        """Returns the old image's depth (H, W) warped forward by `steps` frames."""
        if self.depth is None:
            return None
        low, high = self.depth.min(), self.depth.max()
        as_image = ((self.depth - low) / (high - low).clamp_min(1e-9)).expand(3, -1, -1)
        return self.motion.warp(as_image, self.plans[:steps], self.depth)[0] * (high - low) + low


def _as_image(uv: Tensor) -> Tensor:
    """Returns UV coordinates (2, H, W) as an image (3, H, W), which a motion can warp."""
    return torch.cat((uv, torch.ones_like(uv[:1])))


def _feather(weight: Tensor) -> Tensor:
    """Returns the weights (H, W) without hard edges."""
    padded = functional.pad(weight.view(1, 1, *weight.shape), (_FEATHER // 2,) * 4, mode="replicate")
    return functional.avg_pool2d(padded, _FEATHER, stride=1)[0, 0]
