"""Two depth networks in one, as old settings files ask for it with `midas_weight`."""

from dataclasses import dataclass

from torch import Tensor

from animator.models.depth.estimator import NEAREST, Estimator

# Deforum brings MiDaS's inverse depth to AdaBins' meters by (50 - inverse) / 19.
OFFSET, SLOPE = 50.0, 19.0


@dataclass(frozen=True)
class RelativeWithMetric:
    """MiDaS and a metric network, mixed after Deforum's alignment (`Midas+AdaBins (old)`): a DepthModel.

    Attributes:
        relative: Gives inverse depth.
        metric: Gives meters.
        midas_weight: Share of the first, in [0, 1].
    """

    relative: Estimator
    metric: Estimator
    midas_weight: float

    def estimate(self, image: Tensor) -> Tensor:
        """Nearness (H, W), larger = nearer; with a weight of 1 the inverse depth of MiDaS itself."""
        return mixed_inverse(self.relative.raw(image[None])[0], self.metric.meters(image), self.midas_weight)


@dataclass(frozen=True)
class MetricWithMetric:
    """Two metric networks, their meters mixed (`Zoe+AdaBins (old)`): a DepthModel.

    Attributes:
        first: Gives meters.
        second: Gives meters.
        midas_weight: Share of the first, in [0, 1].
    """

    first: Estimator
    second: Estimator
    midas_weight: float

    def estimate(self, image: Tensor) -> Tensor:
        """Nearness (H, W), larger = nearer: 1 / mixed meters."""
        share = self.midas_weight
        meters = share * self.first.meters(image) + (1 - share) * self.second.meters(image)
        return 1.0 / meters.clamp(min=NEAREST)


def mixed_inverse(inverse: Tensor, meters: Tensor, midas_weight: float) -> Tensor:
    """Inverse depth (H, W) of MiDaS mixed with meters (H, W) of another network.

    Deforum mixes distances, w * (50 - inverse) / 19 + (1 - w) * meters, where larger is farther; this is
    that mixture taken back through the same alignment, 50 - 19 * mixture, so that larger is nearer.
    """
    aligned = OFFSET - SLOPE * meters
    return midas_weight * inverse + (1 - midas_weight) * aligned


def aligned_distance(inverse: Tensor) -> Tensor:
    """Deforum's mixture of distances (H, W), in meters, of what `mixed_inverse` returns (H, W)."""
    return (OFFSET - inverse) / SLOPE
