"""Blends of two depth networks, as old settings files request with `midas_weight`."""

from dataclasses import dataclass

from torch import Tensor

from animator.models.depth.estimator import NEAREST, Estimator

# Deforum converts MiDaS's inverse depth to AdaBins' meters by (50 - inverse) / 19.
OFFSET, SLOPE = 50.0, 19.0


@dataclass(frozen=True)
class RelativeWithMetric:
    """Blend of MiDaS and a metric network after Deforum's alignment (`Midas+AdaBins (old)`): a `DepthModel`.

    Attributes:
        relative: Estimates inverse depth.
        metric: Estimates meters.
        midas_weight: Weight of the first, in [0, 1].
    """

    relative: Estimator
    metric: Estimator
    midas_weight: float

    def estimate(self, image: Tensor) -> Tensor:
        """Returns inverse depth (H, W), larger = nearer; with a weight of 1, that of MiDaS itself."""
        return mixed_inverse(self.relative.raw(image[None])[0], self.metric.meters(image), self.midas_weight)


@dataclass(frozen=True)
class MetricWithMetric:
    """Blend of two metric networks (`Zoe+AdaBins (old)`): a `DepthModel`.

    Attributes:
        first: Estimates meters.
        second: Estimates meters.
        midas_weight: Weight of the first, in [0, 1].
    """

    first: Estimator
    second: Estimator
    midas_weight: float

    def estimate(self, image: Tensor) -> Tensor:
        """Returns 1 / blended meters (H, W), larger = nearer."""
        weight = self.midas_weight
        meters = weight * self.first.meters(image) + (1 - weight) * self.second.meters(image)
        return 1.0 / meters.clamp(min=NEAREST)


def mixed_inverse(inverse: Tensor, meters: Tensor, midas_weight: float) -> Tensor:
    """Returns inverse depth (H, W) of MiDaS blended with meters (H, W) of another network.

    Deforum blends distances, w * (50 - inverse) / 19 + (1 - w) * meters, where larger is farther. This maps
    the blend back by the same alignment, 50 - 19 * blend, so that larger is nearer.
    """
    aligned = OFFSET - SLOPE * meters
    return midas_weight * inverse + (1 - midas_weight) * aligned


def aligned_distance(inverse: Tensor) -> Tensor:
    """Returns Deforum's blended distances (H, W), in meters, for an output (H, W) of `mixed_inverse`."""
    return (OFFSET - inverse) / SLOPE
