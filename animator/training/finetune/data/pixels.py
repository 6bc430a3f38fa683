"""`fitted`: an image file as a tensor of the size it is trained at, and the weight of its pixels."""

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from animator.images.image_file import DecodedImage
from animator.training.finetune.data.buckets import Size


@dataclass(frozen=True, eq=False)
class Fitted:
    """An image in its training's size.

    Attributes:
        image: (3, H, W), RGB in [0, 1].
        weight: Weight of each pixel in the loss (H, W), in [0, 1]; None where all are alike.
    """

    image: Tensor
    weight: Tensor | None


def fitted(decoded: DecodedImage, size: Size, *, stretches: bool, weighs: bool) -> Fitted:
    """Returns an image in a size.

    Args:
        decoded: The file's content.
        size: Width and height.
        stretches: Change its aspect ratio; else it covers the size, and what is outside is cut off.
        weighs: Its transparency becomes the weight of pixels; else it is put over black.
    """
    weighs = weighs and decoded.alpha is not None
    color = decoded.color if weighs else decoded.over_black
    weight = _fit(decoded.alpha, size, stretches=stretches) if weighs and decoded.alpha is not None else None
    image = np.asarray(_fit(color, size, stretches=stretches), np.float32) / 255
    return Fitted(
        torch.from_numpy(image).permute(2, 0, 1).contiguous(),
        None if weight is None else torch.from_numpy(np.asarray(weight, np.float32) / 255),
    )


def _fit(image: Image.Image, size: Size, *, stretches: bool) -> Image.Image:
    if stretches:
        return image.resize(size, Image.Resampling.LANCZOS)
    scale = max(size[0] / image.width, size[1] / image.height)
    width, height = size[0] / scale, size[1] / scale
    left, top = (image.width - width) / 2, (image.height - height) / 2
    box = (max(0.0, left), max(0.0, top), min(image.width, left + width), min(image.height, top + height))
    return image.resize(size, Image.Resampling.LANCZOS, box=box)
