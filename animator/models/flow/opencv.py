"""OpenCV's flow models, DIS and Farneback. They run on the CPU: each call synchronizes with the device."""

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from animator.images.image import Image8, to_uint8
from animator.images.side_stream import to_device, to_host

Field = NDArray[np.float32]


class DisQuality(str, Enum):
    """Quality preset of DIS; the values are those of Deforum's `hybrid_flow_method`."""

    MEDIUM = "DIS Medium"
    FINE = "DIS Fine"


@dataclass(frozen=True)
class Dis:
    """Dense inverse search (Kroeger 2016): fast, and good at large motion.

    Attributes:
        quality: "DIS Fine" is OpenCV's fast preset at full resolution with 192 iterations, as in Deforum.
    """

    quality: DisQuality = DisQuality.MEDIUM

    def __call__(self, first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
        """Returns the flow (2, H, W) between two images (3, H, W), starting from the guess if given."""
        if self.quality is DisQuality.FINE:
            dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
            dis.setGradientDescentIterations(192)
            dis.setFinestScale(0)
        else:
            dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        return _to_tensor(dis.calc(gray(first), gray(second), _to_numpy(guess)), first.device)


@dataclass(frozen=True)
class Farneback:
    """Polynomial expansion (Farnebäck 2003): smooth flow for small motion.

    Attributes:
        levels: Pyramid levels, each half the size of the one below.
        window: Averaging window in pixels.
        iterations: Iterations per level.
        neighborhood: Size in pixels of the neighborhood that a polynomial is fitted to.
        sigma: Standard deviation of the fit's Gaussian weights, in pixels.
    """

    levels: int = 5
    window: int = 21
    iterations: int = 5
    neighborhood: int = 7
    sigma: float = 1.2

    def __call__(self, first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
        """Returns the flow (2, H, W) between two images (3, H, W); ignores the guess, as Deforum does."""
        flow = cv2.calcOpticalFlowFarneback(
            gray(first),
            gray(second),
            None,
            0.5,
            self.levels,
            self.window,
            self.iterations,
            self.neighborhood,
            self.sigma,
            0,
        )
        return _to_tensor(flow, first.device)


def gray(image: Tensor) -> Image8:
    """Returns the image (3, H, W) as uint8 gray (H, W) on the CPU."""
    return np.asarray(cv2.cvtColor(to_uint8(image), cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def _to_numpy(flow: Tensor | None) -> Field | None:
    if flow is None:
        return None
    return np.array(to_host(flow.permute(1, 2, 0)).numpy(), dtype=np.float32, order="C")


def _to_tensor(flow: Field, device: torch.device) -> Tensor:
    return to_device(torch.from_numpy(flow).permute(2, 0, 1).contiguous(), device)
