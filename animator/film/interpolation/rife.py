"""RIFE v4.6 (Huang et al. 2022; Practical-RIFE's network of that number) with weights from a file.

Four blocks estimate the flow from the time wanted to both images, from coarse to fine, each on the images as
warped so far. Layers are named as in the published weights.
"""

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from animator.errors import ModelError
from animator.images.grid import grid_of_pixels, pixel_axes
from animator.images.resample import Border, Sampling, sample
from animator.models.weights import read_weights

_SCALES = (8, 4, 2, 1)
_STEP = 32
"""Sides are padded to multiples of this: the coarsest block works at an eighth, and halves it twice."""


class _Residual(nn.Module):
    """A residual convolution with a learned scale per channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.beta = nn.Parameter(torch.ones(1, channels, 1, 1))

    def forward(self, features: Tensor) -> Tensor:
        """Returns the refined features (B, C, H, W)."""
        return functional.leaky_relu(self.conv(features) * self.beta + features, 0.2)


class _Block(nn.Module):
    """One refinement of flow and mask, at its own scale."""

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        halves = [(inputs, channels // 2), (channels // 2, channels)]
        self.conv0 = nn.Sequential(
            *(nn.Sequential(nn.Conv2d(a, b, 3, 2, 1), nn.LeakyReLU(0.2)) for a, b in halves)
        )
        self.convblock = nn.Sequential(*(_Residual(channels) for _ in range(8)))
        self.lastconv = nn.Sequential(nn.ConvTranspose2d(channels, 24, 4, 2, 1), nn.PixelShuffle(2))

    def forward(self, inputs: Tensor, flow: Tensor | None, scale: int) -> tuple[Tensor, Tensor]:
        """Returns the changes of the flow (B, 4, H, W), in pixels, and of the mask (B, 1, H, W)."""
        small = _resize(inputs, 1 / scale)
        if flow is not None:
            small = torch.cat((small, _resize(flow, 1 / scale) / scale), 1)
        output = _resize(self.lastconv(self.convblock(self.conv0(small))), scale)
        return output[:, :4] * scale, output[:, 4:5]


class RifeNetwork(nn.Module):
    """The network of RIFE v4.6."""

    def __init__(self) -> None:
        super().__init__()
        self.block0 = _Block(7, 192)
        self.block1 = _Block(12, 128)
        self.block2 = _Block(12, 96)
        self.block3 = _Block(12, 64)

    def forward(self, first: Tensor, second: Tensor, time: float) -> Tensor:
        """Returns the image (1, 3, H, W) at a time between two; sides are multiples of 32."""
        timestep = torch.full_like(first[:, :1], time)
        flow, mask = self.block0(torch.cat((first, second, timestep), 1), None, _SCALES[0])
        for block, scale in zip((self.block1, self.block2, self.block3), _SCALES[1:], strict=True):
            warped = _warp(first, flow[:, :2]), _warp(second, flow[:, 2:])
            flow_change, mask_change = block(torch.cat((*warped, timestep, mask), 1), flow, scale)
            flow, mask = flow + flow_change, mask + mask_change
        weight = torch.sigmoid(mask)
        return _warp(first, flow[:, :2]) * weight + _warp(second, flow[:, 2:]) * (1.0 - weight)


class Rife:
    """Makes images between two with RIFE v4.6.

    Args:
        network: The network with its weights, on the device of the images.
    """

    def __init__(self, network: RifeNetwork) -> None:
        self._network = network.eval()

    @torch.inference_mode()
    def __call__(self, first: Tensor, second: Tensor, times: tuple[float, ...]) -> Iterator[Tensor]:
        """Returns the images (3, H, W), [0, 1], between two; see `FrameInterpolator`."""
        height, width = first.shape[-2:]
        padding = (0, -width % _STEP, 0, -height % _STEP)
        pair = functional.pad(torch.stack((first, second)), padding, mode="replicate")
        images = (self._network(pair[:1], pair[1:], time) for time in times)
        return iter([image[0, :, :height, :width].clamp(0.0, 1.0) for image in images])


def load_rife(path: Path, device: torch.device | str = "cpu") -> Rife:
    """Loads RIFE v4.6 from a file onto a device.

    Args:
        path: Practical-RIFE's `flownet.pkl` of v4.6, or the same weights as .pth or .safetensors.
        device: Device of the images.

    Raises:
        ModelError: There is no such file, or it has other weights.
    """
    network = RifeNetwork()
    weights = {
        name: tensor for name, tensor in read_weights(path).items() if name.split(".")[0] in network._modules
    }
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:300]
        raise ModelError(f"{path}: not the weights of RIFE v4.6 ({reason})") from error
    return Rife(network.to(device))


def _resize(planes: Tensor, factor: float) -> Tensor:
    return functional.interpolate(planes, scale_factor=factor, mode="bilinear", align_corners=False)


def _warp(image: Tensor, flow: Tensor) -> Tensor:
    """Returns the image (1, 3, H, W) warped backward along a flow (1, 2, H, W), in pixels."""
    height, width = image.shape[-2:]
    columns, rows = pixel_axes(height, width, image.device, image.dtype)
    grid = grid_of_pixels(columns + flow[0, 0], rows + flow[0, 1])
    return sample(image[0], grid, Border.REPLICATE, Sampling.BILINEAR).unsqueeze(0)
