"""Metrics of frames: color, contrast, detail, flicker. Loads torch only to measure: readers need none."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class FrameMetrics:
    """Metrics of one frame.

    Attributes:
        frame: Number of the frame.
        red: Mean of the red channel, [0, 1]; likewise `green` and `blue`.
        contrast: Standard deviation of brightness.
        detail: Mean absolute Laplacian of brightness.
        flicker: Mean absolute difference to the frame before; 0 for the first.
    """

    frame: int
    red: float
    green: float
    blue: float
    contrast: float
    detail: float
    flicker: float

    @property
    def brightness(self) -> float:
        """Mean of the three channels."""
        return (self.red + self.green + self.blue) / 3

    def plain(self) -> dict[str, float]:
        """Returns the metrics as written to JSON, rounded to 6 digits."""
        return {name: round(value, 6) for name, value in asdict(self).items()}


def frame_metrics(frame: int, image: Tensor, last: Tensor | None) -> FrameMetrics:
    """Returns the metrics of an image (3, H, W), given the one before; synchronizes with the device once."""
    import torch

    gray = image.mean(0)
    inner = gray[1:-1, 1:-1]
    around = gray[:-2, 1:-1] + gray[2:, 1:-1] + gray[1:-1, :-2] + gray[1:-1, 2:]
    detail = (around - 4 * inner).abs().mean()
    flicker = torch.zeros_like(detail) if last is None else (image - last).abs().mean()
    red, green, blue, contrast, sharp, moved = torch.stack(
        [*image.mean((1, 2)), gray.std(), detail, flicker]
    ).tolist()
    return FrameMetrics(frame, red, green, blue, contrast, sharp, moved)
