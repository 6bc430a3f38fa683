"""How far away things are in a film: a depth network, how often it is asked, how its maps are scaled."""

import logging
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from animator.images.depth_map import normalize, prepare_depth, steady, usable
from animator.models.depth.model import DepthModel
from animator.timeline.plan import Plan

log = logging.getLogger(__name__)


class DepthScaling(Protocol):
    """Turns a network's nearness, of any scale, into shares: 1 the nearest, 0 the farthest."""

    def store(self, nearness: Tensor, last: Tensor | None) -> Tensor:
        """What is kept of an estimate (H, W), given what was kept of the last one."""

    def normalize(self, kept: Tensor) -> Tensor:
        """Shares (H, W) of what is kept; all 1, a plane, where the map is flat or not finite."""


@dataclass(frozen=True)
class Equalized:
    """Every map by itself, its histogram made even: Deforum's way."""

    def store(self, nearness: Tensor, last: Tensor | None) -> Tensor:
        """The estimate itself."""
        return nearness

    def normalize(self, kept: Tensor) -> Tensor:
        """The map stretched and equalized."""
        return _unless_flat(kept, prepare_depth(kept))


@dataclass(frozen=True)
class Normalized:
    """Every map by itself, stretched between its extremes; proportions stay true."""

    def store(self, nearness: Tensor, last: Tensor | None) -> Tensor:
        """The estimate itself."""
        return nearness

    def normalize(self, kept: Tensor) -> Tensor:
        """The map stretched to [0, 1]."""
        return _unless_flat(kept, normalize(kept))


@dataclass(frozen=True)
class Stabilized:
    """Every map laid onto the one before, so that the scene does not pump; the first one sets the scale."""

    def store(self, nearness: Tensor, last: Tensor | None) -> Tensor:
        """The estimate in the first map's scale."""
        return normalize(nearness) if last is None else steady(nearness, last)

    def normalize(self, kept: Tensor) -> Tensor:
        """The map, cut where it leaves the first one's range."""
        return _unless_flat(kept, kept.clamp(0.0, 1.0))


@dataclass(frozen=True)
class DepthSource:
    """Where the depth of a film's images comes from.

    Attributes:
        model: The network.
        every: It is asked at every so many frames.
        scaling: How its maps are scaled.
    """

    model: DepthModel
    every: int
    scaling: DepthScaling

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> Tensor:
        """What is kept of the image's depth (H, W), larger = nearer; the last one between two estimates."""
        if last is not None and plan.frame % self.every:
            return last
        nearness = self.model.estimate(image)
        if not bool(usable(nearness)):
            log.warning(
                "frame %d: the depth map is flat or not finite; the image moves as one plane", plan.frame
            )
        return self.scaling.store(nearness, last)


def _unless_flat(kept: Tensor, share: Tensor) -> Tensor:
    return torch.where(usable(kept), share, 1.0)
