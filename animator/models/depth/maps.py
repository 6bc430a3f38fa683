"""Converts depth maps to 16-bit images and colored previews."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from animator.images.image import Image8

Depth16 = NDArray[np.uint16]
Range = tuple[float, float]


def value_range(depth: Tensor) -> Range:
    """Returns the smallest and largest finite value of a map (H, W); (0, 1) if there is none."""
    finite = depth[torch.isfinite(depth)]
    return (float(finite.min()), float(finite.max())) if finite.numel() else (0.0, 1.0)


def to_uint16(depth: Tensor, between: Range | None = None) -> Depth16:
    """Returns inverse depth as uint16 (H, W): 0 = farthest, 65535 = nearest.

    Args:
        depth: Inverse depth (H, W), larger = nearer; values that are not finite become 0.
        between: Values that map to 0 and 65535, such as a whole film's; None uses the map's own range.
    """
    return np.round(_to_unit_range(depth, between) * 65535).astype(np.uint16)


def to_preview(depth: Tensor, between: Range | None = None) -> Image8:
    """Returns inverse depth (H, W) as a colored uint8 RGB image (H, W, 3): dark = far, bright = near."""
    gray = np.round(_to_unit_range(depth, between) * 255).astype(np.uint8)
    colored: Image8 = cv2.applyColorMap(gray, cv2.COLORMAP_INFERNO)[..., ::-1]  # OpenCV's order is BGR
    return np.ascontiguousarray(colored)


def png(pixels: Depth16 | Image8) -> bytes:
    """Encodes a gray map (H, W) of 8 or 16 bits, or an RGB image (H, W, 3), as PNG."""
    ordered = pixels[..., ::-1] if pixels.ndim == 3 else pixels
    succeeded, encoded = cv2.imencode(".png", np.ascontiguousarray(ordered))
    if not succeeded:
        raise ValueError(f"cannot encode {pixels.dtype} {pixels.shape} as PNG")
    return encoded.tobytes()


def _to_unit_range(depth: Tensor, between: Range | None) -> NDArray[np.float64]:
    low, high = value_range(depth) if between is None else between
    values = depth.detach().double().cpu().numpy()
    scaled = (values - low) / (high - low) if high > low else np.zeros_like(values)
    unit: NDArray[np.float64] = np.nan_to_num(scaled, nan=0.0, posinf=1.0, neginf=0.0).clip(0.0, 1.0)
    return unit
