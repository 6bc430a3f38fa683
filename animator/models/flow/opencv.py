"""The classical estimators of OpenCV. They run on the CPU: calling one waits for the device twice."""

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from animator.images.image import Image8, to_uint8

Field = NDArray[np.float32]


class DisQuality(str, Enum):
    """How hard DIS tries; the values are Deforum's `hybrid_flow_method`s."""

    MEDIUM = "DIS Medium"
    FINE = "DIS Fine"


@dataclass(frozen=True)
class Dis:
    """Dense inverse search (Kroeger 2016): fast, and good at large motion.

    Attributes:
        quality: "DIS Fine" is OpenCV's fast preset down to full resolution with 192 descents, as in Deforum.
    """

    quality: DisQuality = DisQuality.MEDIUM

    def __call__(self, first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
        """The flow (2, H, W) between two images (3, H, W), starting from a guess where there is one."""
        if self.quality is DisQuality.FINE:
            search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
            search.setGradientDescentIterations(192)
            search.setFinestScale(0)
        else:
            search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        return _on_device(search.calc(gray(first), gray(second), _on_host(guess)), first.device)


@dataclass(frozen=True)
class Farneback:
    """Polynomial expansion (Farnebäck 2003): smooth flow for small motion.

    Attributes:
        levels: Pyramid levels, each half of the one below.
        window: Averaging window in pixels.
        iterations: Iterations a level.
        neighborhood: Pixels that a polynomial is fitted to.
        sigma: Gaussian weight of that fit, in pixels.
    """

    levels: int = 5
    window: int = 21
    iterations: int = 5
    neighborhood: int = 7
    sigma: float = 1.2

    def __call__(self, first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
        """The flow (2, H, W) between two images (3, H, W); a guess is not used, as in the reference."""
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
        return _on_device(flow, first.device)


def gray(image: Tensor) -> Image8:
    """The image (3, H, W) as uint8 gray (H, W) on the host."""
    return np.asarray(cv2.cvtColor(to_uint8(image), cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def _on_host(flow: Tensor | None) -> Field | None:
    if flow is None:
        return None
    return np.array(flow.permute(1, 2, 0).cpu().numpy(), dtype=np.float32, order="C")


def _on_device(flow: Field, device: torch.device) -> Tensor:
    return torch.from_numpy(flow).permute(2, 0, 1).contiguous().to(device)
