"""Cadence that looks ahead: the last frame of a group is drawn first, and the in-betweens lead up to it.

The image before the group moves forward to an in-between, the drawn one moves back to it, and where both
show the same things there is nothing to fade. What neither knows of the other's edges comes from the one that
has seen it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from animator.images.grid import grid_of_shares, shares
from animator.images.resample import Border, Sampling, sample
from animator.loop.pipeline import Generated, Motion
from animator.loop.tweens.tween import Composed
from animator.models.flow.model import FlowModel
from animator.models.flow.warp import warp_by_flow
from animator.timeline.plan import Plan

_ROUNDS = 12
"""Of the search for a pixel; each halves the error at least, where sizes change by less than half."""
_NEAR_PX = 1.0
"""A pixel that was sent there and back and came home this near was found."""
_FEATHER = 5


@dataclass(frozen=True)
class LookAhead:
    """In-betweens from the image before the group and the one drawn for its last frame; see `Tween`.

    A film's first group, and one that begins with a cut, has nothing before it: its first frame is drawn and
    moves on.

    Attributes:
        flow: Estimates what the drawing moved besides the camera, which in-betweens follow then; None fades.
    """

    draws_last: ClassVar[bool] = True
    flow: FlowModel | None = None

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, drawn: Generated
    ) -> Iterator[Generated]:
        """The images (3, H, W) of a group, one per plan, with the last look's depth."""
        if old is None:
            yield from Composed()(motion, plans, old, drawn)
            return
        depth = drawn.depth if drawn.depth is not None else motion.estimate_depth(old, plans[0], None)
        way = _PixelPaths(motion, plans, old, depth)
        flow = self.flow if not plans[-1].cut else None
        towards = None if flow is None else flow(way.forward(len(plans)), drawn.image)
        for steps in range(1, len(plans)):
            image = way.forward(steps)
            if not plans[-1].cut:
                image = self._between(way, steps, image, drawn.image, towards)
            yield Generated(image, depth)
        yield Generated(drawn.image, drawn.depth)

    def _between(
        self, way: "_PixelPaths", steps: int, here: Tensor, drawn: Tensor, towards: Tensor | None
    ) -> Tensor:
        """The in-between (3, H, W) of the old image moved forward and the drawn one moved back."""
        share = steps / len(way.plans)
        grid, found = way.back(steps)
        there = sample(drawn, grid, Border.REPLICATE, Sampling.STEADY).clamp_(0.0, 1.0)
        if towards is not None:
            factor = way.plans[0].diffusion.cadence_flow_factor
            flow = sample(towards, grid, Border.REPLICATE, Sampling.BILINEAR)
            here = warp_by_flow(here, flow, share * factor)
            there = warp_by_flow(there, flow, (share - 1.0) * factor)
        weight = torch.where(found, torch.where(way.known(steps), share, 1.0), 0.0)
        return here.lerp(there, _feathered(weight))


@dataclass(frozen=True, eq=False)
class _PixelPaths:
    """Where the pixels of an image go in the frames of a group.

    Attributes:
        motion: Moves images.
        plans: Of the group.
        old: (3, H, W), the image before the group.
        depth: Of the old image.
    """

    motion: Motion
    plans: Sequence[Plan]
    old: Tensor
    depth: Tensor | None

    def forward(self, steps: int) -> Tensor:
        """The old image (3, H, W), so many frames on."""
        return self.motion.warp(self.old, self.plans[:steps], self.depth)

    def known(self, steps: int) -> Tensor:
        """Which pixels (H, W) of an in-between the old image has seen; edges that are smeared are not."""
        where = self.motion.warp(_image(self._start()), self.plans[:steps], self.depth)[:2]
        height, width = where.shape[-2:]
        margin = torch.tensor([0.6 / width, 0.6 / height], device=where.device).view(2, 1, 1)
        return ((where > margin) & (where < 1.0 - margin)).all(0)

    def back(self, steps: int) -> tuple[Tensor, Tensor]:
        """Where an in-between's pixels lie in the last frame: a grid (H, W, 2), and which were found (H, W).

        The motion says where each pixel of the last frame came from; the way back is searched by going to
        and fro, which ends quickly as long as neighbors move alike.
        """
        start = self._start()
        came_from = self.motion.warp(_image(start), self.plans[steps:], self._depth_after(steps))[:2]
        shift = came_from - start
        place = start - shift
        for _ in range(_ROUNDS):
            place = start - sample(shift, grid_of_shares(place), Border.REPLICATE, Sampling.BILINEAR)
        back_home = place + sample(shift, grid_of_shares(place), Border.REPLICATE, Sampling.BILINEAR) - start
        height, width = shift.shape[-2:]
        size = torch.tensor([width, height], device=shift.device).view(2, 1, 1)
        near = (back_home.abs() * size < _NEAR_PX).all(0)
        return grid_of_shares(place), near & ((place > 0.0) & (place < 1.0)).all(0)

    def _start(self) -> Tensor:
        """Returns where the pixels (2, H, W) of the old image are, as shares of it."""
        height, width = self.old.shape[-2:]
        return shares(height, width, self.old.device)

    def _depth_after(self, steps: int) -> Tensor | None:
        """The old image's depth (H, W), so many frames on."""
        if self.depth is None:
            return None
        low, high = self.depth.min(), self.depth.max()
        shown = ((self.depth - low) / (high - low).clamp_min(1e-9)).expand(3, -1, -1)
        return self.motion.warp(shown, self.plans[:steps], self.depth)[0] * (high - low) + low


def _image(places: Tensor) -> Tensor:
    """Returns positions (2, H, W) as an image (3, H, W), which a motion can move."""
    return torch.cat((places, torch.ones_like(places[:1])))


def _feathered(weight: Tensor) -> Tensor:
    """Weights (H, W) without hard edges."""
    padded = functional.pad(weight.view(1, 1, *weight.shape), (_FEATHER // 2,) * 4, mode="replicate")
    return functional.avg_pool2d(padded, _FEATHER, stride=1)[0, 0]
