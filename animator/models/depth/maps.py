"""Depth maps as images for people and for other programs."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from animator.images.image import Image8

Depth16 = NDArray[np.uint16]
Range = tuple[float, float]


def value_range(depth: Tensor) -> Range:
    """The smallest and largest finite value of a map (H, W); (0, 1) where there is none."""
    finite = depth[torch.isfinite(depth)]
    return (float(finite.min()), float(finite.max())) if finite.numel() else (0.0, 1.0)


def to_uint16(depth: Tensor, between: Range | None = None) -> Depth16:
    """uint16 (H, W), 0 = farthest, 65535 = nearest, from nearness (H, W).

    Args:
        depth: Nearness, larger = nearer; what is not finite becomes 0.
        between: Values that become 0 and 65535, such as those of a whole film; the map's own if None.
    """
    return np.round(_unit(depth, between) * 65535).astype(np.uint16)


def to_preview(depth: Tensor, between: Range | None = None) -> Image8:
    """uint8 RGB (H, W, 3) for the eye, dark = far, bright = near, from nearness (H, W)."""
    gray = np.round(_unit(depth, between) * 255).astype(np.uint8)
    colored: Image8 = cv2.applyColorMap(gray, cv2.COLORMAP_INFERNO)[..., ::-1]  # OpenCV's order is BGR
    return np.ascontiguousarray(colored)


def png(pixels: Depth16 | Image8) -> bytes:
    """The PNG file of a gray map (H, W), of 8 or 16 bits, or of an RGB image (H, W, 3)."""
    ordered = pixels[..., ::-1] if pixels.ndim == 3 else pixels
    done, encoded = cv2.imencode(".png", np.ascontiguousarray(ordered))
    if not done:
        raise ValueError(f"no PNG of {pixels.dtype} {pixels.shape}")
    return encoded.tobytes()


def _unit(depth: Tensor, between: Range | None) -> NDArray[np.float64]:
    low, high = value_range(depth) if between is None else between
    values = depth.detach().double().cpu().numpy()
    scaled = (values - low) / (high - low) if high > low else np.zeros_like(values)
    unit: NDArray[np.float64] = np.nan_to_num(scaled, nan=0.0, posinf=1.0, neginf=0.0).clip(0.0, 1.0)
    return unit
