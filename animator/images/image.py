"""The image convention, and all conversions from and to it.

An image is a torch float32 tensor (3, H, W), RGB, in [0, 1], on the render device. Eight bits exist
only in files: rounding at every frame would darken and band a feedback loop.
"""

import io
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from animator.images.image_file import decode_file
from animator.images.opencv import is_shared
from animator.images.side_stream import to_device, to_host

Image8 = NDArray[np.uint8]


def from_uint8(pixels: Image8, device: torch.device | str = "cpu") -> Tensor:
    """Returns the image (3, H, W), [0, 1], of uint8 RGB (H, W, 3)."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"expected uint8 (H, W, 3), got {pixels.dtype} {pixels.shape}")
    # torch refuses to share read-only memory, such as a decoded file.
    shared = torch.from_numpy(np.require(pixels, requirements=["C", "W"]))
    return to_device(shared, device).permute(2, 0, 1).to(torch.float32).div_(255.0).contiguous()


def read_image(path: str | Path, size: tuple[int, int] | None, device: torch.device | str = "cpu") -> Tensor:
    """Returns the image (3, H, W) of a file, upright, over black where it is transparent.

    Args:
        path: The image file.
        size: Resize to (width, height); None keeps the size.
        device: Where the image goes.

    Raises:
        UserError: The file is missing, is not an image, is damaged or too large.
    """
    return image_of(decode_file(path).over_black, size, device)


def image_of(image: Image.Image, size: tuple[int, int] | None, device: torch.device | str = "cpu") -> Tensor:
    """Returns the image (3, H, W) of a Pillow image of mode RGB, resized to a width and height if given."""
    if size is not None and image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    return from_uint8(np.asarray(image), device)


def png_of(pixels: Image8) -> bytes:
    """Returns an image, uint8 RGB (H, W, 3), as a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def to_uint8(image: Tensor) -> Image8:
    """Returns uint8 RGB (H, W, 3) of an image (3, H, W), rounded to nearest."""
    image = image.detach()
    if is_shared(image):
        planes = (plane.clamp(0.0, 1.0).numpy() for plane in image)
        return np.asarray(cv2.merge([cv2.convertScaleAbs(plane, alpha=255.0) for plane in planes]), np.uint8)
    scaled = image.clamp(0.0, 1.0).mul(255.0).round_().to(torch.uint8)
    return to_host(scaled.permute(1, 2, 0).contiguous()).numpy()
