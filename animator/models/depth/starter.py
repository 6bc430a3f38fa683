"""The built-in depth network: small, trained on procedural scenes, needs no download.

An encoder of inverted residuals (MobileNetV2, arXiv 1801.04381) and a decoder that fuses its levels from
coarse to fine (RefineNet, arXiv 1611.06612). Batch normalization is folded into the convolutions after
training.
"""

import math
from dataclasses import dataclass
from importlib.resources import as_file, files
from itertools import pairwise

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.models.depth.estimator import prepare_for_inference

STEM = 16
WIDTHS = (24, 40, 96, 160)  # at 1/4, 1/8, 1/16, 1/32 of the image
DEPTHS = (2, 3, 4, 3)
KERNELS = (3, 3, 5, 5)
EXPAND = 4
MERGED = (32, 48, 64, 64)  # decoder widths at the same levels
HEAD = 24
MULTIPLE = 32
SIDE = 256  # of the network's input for a square image
WEIGHTS = "starter.safetensors"


class ConvBlock(nn.Module):
    """Convolution, normalization (identity once folded) and activation."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 1, *, stride: int = 1, groups: int = 1
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups)
        self.norm: nn.Module = nn.Identity()
        self.act: nn.Module = nn.Hardswish()

    def forward(self, x: Tensor) -> Tensor:
        """Returns (N, outputs, H / stride, W / stride)."""
        activated: Tensor = self.act(self.norm(self.conv(x)))
        return activated


def linear_block(inputs: int, outputs: int) -> ConvBlock:
    """Returns a pointwise `ConvBlock` without activation."""
    block = ConvBlock(inputs, outputs)
    block.act = nn.Identity()
    return block


class InvertedResidual(nn.Module):
    """Expansion, depthwise convolution, projection; with a skip connection if shapes allow."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int) -> None:
        super().__init__()
        hidden = inputs * EXPAND
        self.widen = ConvBlock(inputs, hidden)
        self.look = ConvBlock(hidden, hidden, kernel, stride=stride, groups=hidden)
        self.narrow = linear_block(hidden, outputs)
        self.same = inputs == outputs and stride == 1

    def forward(self, x: Tensor) -> Tensor:
        """Returns (N, outputs, H / stride, W / stride)."""
        y: Tensor = self.narrow(self.look(self.widen(x)))
        return x + y if self.same else y


class Context(nn.Module):
    """Adds a summary of the whole image to every position of the coarsest level."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width // 2, 1)
        self.second = nn.Conv2d(width // 2, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Returns the same shape."""
        summary = x.mean((2, 3), keepdim=True)
        added: Tensor = self.second(nnf.hardswish(self.first(summary)))
        return x + added


class Refine(nn.Module):
    """Two convolutions with a skip connection."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Returns the same shape."""
        y: Tensor = self.second(nnf.relu(self.first(nnf.relu(x))))
        return x + y


class StarterNet(nn.Module):
    """The network: disparity in about [0, 1], larger = nearer, at half the size of the image."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvBlock(3, STEM, 3, stride=2)
        self.stages = nn.ModuleList()
        inputs = STEM
        for width, depth, kernel in zip(WIDTHS, DEPTHS, KERNELS, strict=True):
            blocks = [
                InvertedResidual(inputs if i == 0 else width, width, kernel, 2 if i == 0 else 1)
                for i in range(depth)
            ]
            self.stages.append(nn.Sequential(*blocks))
            inputs = width
        self.context = Context(WIDTHS[-1])
        self.lateral = nn.ModuleList(nn.Conv2d(w, m, 1) for w, m in zip(WIDTHS, MERGED, strict=True))
        self.reduce = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairwise(MERGED))
        self.refine = nn.ModuleList(Refine(m) for m in MERGED)
        self.to_head = nn.Conv2d(MERGED[0], HEAD, 3, padding=1)
        self.stem_to_head = nn.Conv2d(STEM, HEAD, 1)
        self.head = nn.Conv2d(HEAD, HEAD, 3, padding=1)
        self.out = nn.Conv2d(HEAD, 1, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Returns disparity (N, H / 2, W / 2), not clamped, of images (N, 3, H, W) in [0, 1].

        H and W must be multiples of 32.
        """
        stem = self.stem(2 * x - 1)
        levels: list[Tensor] = []
        y = stem
        for stage in self.stages:
            y = stage(y)
            levels.append(y)
        levels[-1] = self.context(levels[-1])
        merged = self.refine[3](self.lateral[3](levels[3]))
        for k in (2, 1, 0):
            merged = self.refine[k](self.lateral[k](levels[k]) + _upsample(self.reduce[k](merged), levels[k]))
        head = nnf.relu(_upsample(self.to_head(merged), stem) + self.stem_to_head(stem))
        disparity: Tensor = self.out(nnf.relu(self.head(head)))
        return disparity[:, 0]


def _upsample(x: Tensor, like: Tensor) -> Tensor:
    return nnf.interpolate(x, size=like.shape[-2:], mode="bilinear", align_corners=False)


@dataclass(frozen=True)
class StarterDepth:
    """The built-in network with its weights: a `DepthModel`.

    Attributes:
        network: The network on its device.
    """

    network: StarterNet

    @staticmethod
    def load(device: torch.device, dtype: torch.dtype = torch.float32) -> "StarterDepth":
        """Loads the packaged weights, which are stored as float16, for computing in `dtype`."""
        with as_file(files(__package__) / WEIGHTS) as path:
            state = load_file(path)
        network = StarterNet()
        network.load_state_dict({key: value.float() for key, value in state.items()})
        return StarterDepth(prepare_for_inference(network, device, dtype))

    def estimate(self, image: Tensor) -> Tensor:
        """Returns disparity (H, W) float32 in about [0, 1], larger = nearer, 0 = sky."""
        return self.estimate_batch(image[None])[0]

    @torch.no_grad()
    def estimate_batch(self, images: Tensor) -> Tensor:
        """Returns disparity (N, H, W) of images (N, 3, H, W) RGB in [0, 1], on their device."""
        weight = self.network.out.weight
        height, width = images.shape[-2:]
        inputs = images.to(device=weight.device, dtype=torch.float32)
        resized = nnf.interpolate(
            inputs, size=input_size(height, width), mode="bilinear", align_corners=False, antialias=True
        )
        disparity = self.network(resized.to(weight.dtype)).float()[:, None].clamp(min=0)
        enlarged = nnf.interpolate(disparity, size=(height, width), mode="bilinear", align_corners=False)
        return enlarged[:, 0].to(images.device)


def input_size(height: int, width: int) -> tuple[int, int]:
    """Returns height and width of the network's input: multiples of 32, about as many pixels as in training.

    The network was trained on whole images: at twice the size it would see only details.
    """
    scale = SIDE / math.sqrt(height * width)
    rows, columns = (max(1, round(side * scale / MULTIPLE)) * MULTIPLE for side in (height, width))
    return rows, columns
