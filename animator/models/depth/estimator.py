"""`Estimator`: runs a network as its official program does, with output in our convention."""

import math
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.errors import ModelError
from animator.models.depth.preprocess import Final, Preparation
from animator.models.depth.resample import area, cubic
from animator.models.depth.spec import DepthModelSpec

Network = TypeVar("Network", bound=nn.Module)
NEAREST = 1e-3  # meters; smaller distances are clamped to this


@dataclass(frozen=True)
class Estimator:
    """A loaded network: a `DepthModel`.

    Attributes:
        spec: Spec of the network.
        network: Network with weights, on its device, in its precision.
    """

    spec: DepthModelSpec
    network: nn.Module

    def estimate(self, image: Tensor) -> Tensor:
        """Returns inverse depth (H, W) float32, larger = nearer, of an image (3, H, W) RGB in [0, 1].

        Relative networks: their output unchanged (bicubic resizing may undershoot 0 a little), or
        1 / distance. Metric networks: 1 / meters.
        """
        return self.estimate_batch(image[None])[0]

    def estimate_batch(self, images: Tensor) -> Tensor:
        """Returns inverse depth (N, H, W) of images (N, 3, H, W) of one size.

        zoe-nk chooses between indoor and outdoor once for the whole batch.
        """
        output = self.raw(images)
        return output if self.spec.output == "inverse" else 1.0 / output.clamp(min=NEAREST)

    def meters(self, image: Tensor) -> Tensor:
        """Returns the distance (H, W) in meters of an image (3, H, W); metric networks only.

        Raises:
            ModelError: The network estimates relative depth only.
        """
        if self.spec.output != "meters":
            raise ModelError(
                f"depth model {self.spec.name} estimates relative depth only; "
                "for meters use zoe-n, zoe-k, zoe-nk or depth-anything-v2-indoor-small"
            )
        return self.raw(image[None])[0]

    @torch.no_grad()
    def raw(self, images: Tensor) -> Tensor:
        """Returns the official program's output (N, H, W) float32 for images (N, 3, H, W) RGB in [0, 1]."""
        weight = next(self.network.parameters())
        inputs = images.to(device=weight.device, dtype=torch.float32)
        if self.spec.preparation.margins:
            mirrored = _run_with_margins(self.network, inputs.flip(-1)).flip(-1)
            output = (_run_with_margins(self.network, inputs) + mirrored) / 2
        else:
            prepared = network_input(self.spec.preparation, inputs).to(weight.dtype)
            output = self.network(prepared).float()
            output = resize_output(output, (inputs.shape[-2], inputs.shape[-1]), self.spec.preparation.final)
        return output.to(images.device)


def network_input(preparation: Preparation, images: Tensor) -> Tensor:
    """Returns images (N, 3, H, W) in [0, 1] resized to (N, 3, h, w) and normalized."""
    return preparation.normalize.apply(resized(preparation, images)).float()


def resized(preparation: Preparation, images: Tensor) -> Tensor:
    """Returns images (N, 3, H, W) in [0, 1] in the size of the network's input, in double precision."""
    size = preparation.sizing.of(images.shape[-2], images.shape[-1])
    # In double precision like the original: dpt-hybrid amplifies a difference in the last bit of its input
    # to 1e-4 of its output. Metal has no doubles.
    exact = images if images.device.type == "mps" else _exact_double(images)
    if preparation.resizing == "area":
        whole = preparation.sizing.whole(images.shape[-2], images.shape[-1])
        return area(area(exact, whole), size)
    if preparation.resizing == "smooth":
        return nnf.interpolate(exact, size=size, mode="bilinear", align_corners=False, antialias=True)
    return cubic(exact, size)


def _exact_double(images: Tensor) -> Tensor:
    """Returns the images as doubles, with float32 values of k / 255 restored to exactly k / 255."""
    levels = images.double() * 255
    whole = levels.round()
    return torch.where((levels - whole).abs() < 1e-5, whole, levels) / 255  # float32 rounds by up to 8e-6


def resize_output(output: Tensor, size: tuple[int, int], final: Final) -> Tensor:
    """Returns a network's output (N, h, w) resized to an image's height and width."""
    mode = "bicubic" if final == "bicubic" else "bilinear"
    resized = nnf.interpolate(
        output[:, None], size=size, mode=mode, align_corners=final == "bilinear_corners"
    )
    return resized[:, 0]


def _run_with_margins(network: nn.Module, images: Tensor) -> Tensor:
    """Returns meters (N, H, W), estimated with reflected margins: ZoeDepth is inaccurate at borders."""
    height, width = images.shape[-2:]
    # Reflection is limited to the image's size, which matters only for images of a few pixels.
    high = min(int(math.sqrt(height / 2) * 3), height - 1)
    wide = min(int(math.sqrt(width / 2) * 3), width - 1)
    padded = nnf.pad(images, (wide, wide, high, high), mode="reflect")
    output = network(padded).float()
    output = resize_output(output, (padded.shape[-2], padded.shape[-1]), "bicubic")
    return output[:, high : high + height, wide : wide + width]


def prepare_for_inference(network: Network, device: torch.device, dtype: torch.dtype) -> Network:
    """Prepares a network for inference, in place: device, precision, channels-last convolutions.

    Group normalization loses two digits of accuracy on channels-last tensors (torch 2.13 computes the
    variance as a difference of large sums there), so networks with it keep their memory format.
    """
    network.eval().requires_grad_(requires_grad=False)
    network.to(device=device, dtype=dtype)
    if not any(isinstance(module, nn.GroupNorm) for module in network.modules()):
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in torch's stubs
    return network
