"""Video-Depth-Anything (arXiv 2501.12375): Depth-Anything 2 whose head also attends to a film's other images.

Attribute names follow those of the released files.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.models.depth.backbones.dino import Dino
from animator.models.depth.networks import DepthAnythingHead, last_layers
from animator.models.depth.temporal import TemporalModule


@dataclass(frozen=True, eq=False)
class ImageFeatures:
    """What the network needs of one image, whichever others it is seen with.

    Attributes:
        fine: The two fine feature maps (1, C, h, w) inside the decoder, finest first.
        coarse: The two coarse ones, before the decoder.
    """

    fine: tuple[Tensor, Tensor]
    coarse: tuple[Tensor, Tensor]


class _VideoHead(DepthAnythingHead):
    """A Depth-Anything head with four temporal modules, at its two coarse levels."""

    def __init__(self, inputs: int, outputs: tuple[int, int, int, int], width: int) -> None:
        super().__init__(inputs, outputs, width)
        widths = (*outputs[2:], width, width)
        self.motion_modules = nn.ModuleList(TemporalModule(channels) for channels in widths)

    def features(self, maps: list[Tensor]) -> ImageFeatures:
        """Returns the features of an image from the encoder's maps (1, C, H / 14, W / 14)."""
        resized = [r(p(m)) for m, p, r in zip(maps, self.projects, self.resize_layers, strict=True)]
        fine = self.scratch.skip(1, resized[0]), self.scratch.skip(2, resized[1])
        return ImageFeatures(fine, (resized[2], resized[3]))

    def last_depth(self, film: Sequence[ImageFeatures]) -> Tensor:
        """Returns the inverse depth (1, H, W) of the last of some images in the order of time."""
        third, fourth = (torch.cat([image.coarse[level] for image in film]) for level in (0, 1))
        grid = (third.shape[-2], third.shape[-1])
        third = self.scratch.skip(3, self.motion_modules[0](third))
        fourth = self.scratch.skip(4, self.motion_modules[1](fourth))
        second = torch.cat([image.fine[1] for image in film])
        merged = self.motion_modules[2](self.scratch.fuse(4, None, fourth, third))
        # Beyond the last of the modules, images no longer see each other.
        merged = self.motion_modules[3](self.scratch.fuse(3, merged, third, second))[-1:]
        merged = self.scratch.fuse(2, merged, film[-1].fine[1], film[-1].fine[0])
        merged = self.scratch.fuse(1, merged, film[-1].fine[0], None)
        return nnf.relu(last_layers(self.scratch.output_conv2, self.enlarged(merged, grid)))[:, 0]


class VideoDepthAnything(nn.Module):
    """Video-Depth-Anything: inverse depth of a film's last image."""

    def __init__(self, encoder: Dino, outputs: tuple[int, int, int, int], width: int) -> None:
        super().__init__()
        self.pretrained = encoder
        self.head = _VideoHead(encoder.model.embed_dim, outputs, width)

    def forward(self, film: Tensor) -> Tensor:
        """Returns inverse depth (1, H, W) of the last of normalized images (T, 3, H, W)."""
        return self.last_depth([self.features(image[None]) for image in film])

    def features(self, image: Tensor) -> ImageFeatures:
        """Returns the features of a normalized image (1, 3, H, W), in which no other image takes part."""
        return self.head.features(self.pretrained(image))

    def last_depth(self, film: Sequence[ImageFeatures]) -> Tensor:
        """Returns inverse depth (1, H, W) of the last of the images with these features."""
        return self.head.last_depth(film)
