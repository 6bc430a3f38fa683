"""Fits images to a size."""

from torch import Tensor
from torch.nn import functional


def resize_to(image: Tensor, size: tuple[int, int], how: str) -> Tensor:
    """Returns the image resized to a width and height.

    Args:
        image: (3, H, W).
        size: Width and height.
        how: Keeps the aspect ratio with "crop" (cuts off the excess) or "pad" (adds black bars), or not with
            "stretch".
    """
    width, height = size
    old_height, old_width = image.shape[1:]
    if (old_width, old_height) == size:
        return image
    if how == "stretch":
        return resize(image, (height, width))
    choose = max if how == "crop" else min
    scale = choose(width / old_width, height / old_height)
    image = resize(image, (max(1, round(old_height * scale)), max(1, round(old_width * scale))))
    top, left = (image.shape[1] - height) // 2, (image.shape[2] - width) // 2
    # Negative padding crops.
    sides = (-left, width - image.shape[2] + left, -top, height - image.shape[1] + top)
    return functional.pad(image, sides)


def resize(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Returns the image (3, h, w) resized to a height and width; bicubic, antialiased."""
    scaled = functional.interpolate(image[None], size, mode="bicubic", align_corners=False, antialias=True)
    return scaled[0].clamp(0.0, 1.0)
