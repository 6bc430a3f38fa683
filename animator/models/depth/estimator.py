"""Runs a network the way its own program does, and turns its answer into the project's convention."""

import math
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.errors import ModelError
from animator.models.depth.preprocess import Final, Preparation
from animator.models.depth.resample import cubic
from animator.models.depth.spec import DepthModelSpec

Network = TypeVar("Network", bound=nn.Module)
NEAREST = 1e-3  # meters; anything nearer counts as this


@dataclass(frozen=True)
class Estimator:
    """An opened network: a DepthModel.

    Attributes:
        spec: Which network, and how images are treated.
        network: With its weights, on its device, in its precision.
    """

    spec: DepthModelSpec
    network: nn.Module

    def estimate(self, image: Tensor) -> Tensor:
        """Nearness (H, W) float32, larger = nearer, of an image (3, H, W) RGB in [0, 1].

        Relative networks: their inverse depth as it is (a resized map may dip a little below 0). Metric
        networks: 1 / meters.
        """
        return self.estimate_batch(image[None])[0]

    def estimate_batch(self, images: Tensor) -> Tensor:
        """Nearness (N, H, W) of images (N, 3, H, W) of one size.

        zoe-nk chooses between rooms and streets once for the whole batch.
        """
        answer = self.raw(images)
        return answer if self.spec.output == "inverse" else 1.0 / answer.clamp(min=NEAREST)

    def meters(self, image: Tensor) -> Tensor:
        """Distance (H, W) in meters of an image (3, H, W); metric networks only.

        Raises:
            ModelError: The network knows no meters.
        """
        if self.spec.output != "meters":
            raise ModelError(
                f"depth model {self.spec.name} tells relative depth only; "
                "for meters use zoe-n, zoe-k, zoe-nk or depth-anything-v2-indoor-small"
            )
        return self.raw(image[None])[0]

    @torch.no_grad()
    def raw(self, images: Tensor) -> Tensor:
        """What the official program returns (N, H, W) float32 for images (N, 3, H, W) RGB in [0, 1]."""
        weight = next(self.network.parameters())
        given = images.to(device=weight.device, dtype=torch.float32)
        if self.spec.preparation.margins:
            mirrored = _with_margins(self.network, given.flip(-1)).flip(-1)
            answer = (_with_margins(self.network, given) + mirrored) / 2
        else:
            prepared = network_input(self.spec.preparation, given).to(weight.dtype)
            answer = self.network(prepared).float()
            answer = _resized(answer, (given.shape[-2], given.shape[-1]), self.spec.preparation.final)
        return answer.to(images.device)


def network_input(preparation: Preparation, images: Tensor) -> Tensor:
    """Resized and normalized images (N, 3, h, w) of images (N, 3, H, W) in [0, 1]."""
    size = preparation.sizing.of(images.shape[-2], images.shape[-1])
    # In double precision like the original: dpt-hybrid turns a difference in the last bit of its input into
    # one of 1e-4 of its output. Metal has no doubles.
    exact = images if images.device.type == "mps" else _unrounded(images)
    return preparation.normalize.apply(cubic(exact, size)).float()


def _unrounded(images: Tensor) -> Tensor:
    """The same in double precision, where k / 255 of an 8-bit image is k / 255 again, not its float32."""
    levels = images.double() * 255
    whole = levels.round()
    return torch.where((levels - whole).abs() < 1e-5, whole, levels) / 255  # float32 rounds by up to 8e-6


def _resized(answer: Tensor, size: tuple[int, int], final: Final) -> Tensor:
    mode = "bicubic" if final == "bicubic" else "bilinear"
    resized = nnf.interpolate(
        answer[:, None], size=size, mode=mode, align_corners=final == "bilinear_corners"
    )
    return resized[:, 0]


def _with_margins(network: nn.Module, images: Tensor) -> Tensor:
    """Metres (N, H, W), with margins while estimating: ZoeDepth is unsure at borders."""
    height, width = images.shape[-2:]
    # Reflection cannot reach farther than the image; only images of a few pixels come near that.
    high = min(int(math.sqrt(height / 2) * 3), height - 1)
    wide = min(int(math.sqrt(width / 2) * 3), width - 1)
    padded = nnf.pad(images, (wide, wide, high, high), mode="reflect")
    answer = network(padded).float()
    answer = _resized(answer, (padded.shape[-2], padded.shape[-1]), "bicubic")
    return answer[:, high : high + height, wide : wide + width]


def placed(network: Network, device: torch.device, dtype: torch.dtype) -> Network:
    """The same network for inference, on a device, in a precision, its convolutions channels-last.

    Group normalization loses two digits on channels-last maps (torch 2.13 takes the variance as a difference
    of large sums there), so that networks which have it stay as they are.
    """
    network.eval().requires_grad_(requires_grad=False)
    network.to(device=device, dtype=dtype)
    if not any(isinstance(module, nn.GroupNorm) for module in network.modules()):
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in torch's stubs
    return network
