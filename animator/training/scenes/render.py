"""Renders one scene from one seed."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from animator.training.scenes.captions import caption
from animator.training.scenes.finish import GRADES, STYLES, add_weather, apply_look, tone_map
from animator.training.scenes.noise import Array
from animator.training.scenes.registry import KINDS
from animator.training.scenes.scene_image import new_view

_STYLE_WITHOUT_GRADE = "pencil sketch"


@dataclass(frozen=True)
class Scene:
    """A rendered image with its depth and labels.

    Attributes:
        image: uint8 (size, size, 3), RGB.
        disparity: float32 (size, size) in [0, 1]: larger is nearer, 0 is infinitely far.
        caption: A prompt for it, in lower case.
        kind: A key of `registry.KINDS`.
        time: A key of `air.TIMES`, or empty if the scene has no time of day.
        style: Name of the style, or empty.
    """

    image: NDArray[np.uint8]
    disparity: Array
    caption: str
    kind: str
    time: str
    style: str


def scene(seed: int, size: int, *, kind: str | None = None, supersample: float = 1.5) -> Scene:
    """Renders the scene of a seed; it is the same at every call, and similar at every size.

    Args:
        seed: Non-negative seed.
        size: Side of the image in pixels.
        kind: A key of `registry.KINDS`; None samples one by weight.
        supersample: Factor by which the image is rendered larger and then downscaled, for antialiasing.
    """
    rng = default_rng(seed)
    name = kind or str(rng.choice(list(KINDS), p=_kind_probabilities()))
    raw = KINDS[name].render(new_view(rng, round(size * supersample)))
    color, disparity = _downscale(raw.color, size), _downscale(raw.disparity, size)
    small = new_view(rng, size)
    weather = raw.air.weather if raw.air else ""
    image, grade = apply_look(small, tone_map(add_weather(small, color, weather)), GRADES)
    image, style = apply_look(small, image, STYLES)
    grade = "" if style == _STYLE_WITHOUT_GRADE else grade
    return Scene(
        image=(np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8),
        disparity=np.clip(disparity, 0, 1).astype(np.float32),
        caption=caption(small, raw, grade, style),
        kind=name,
        time=raw.air.time if raw.air else "",
        style=style,
    )


def _kind_probabilities() -> NDArray[np.float64]:
    weights = np.array([kind.weight for kind in KINDS.values()])
    return np.asarray(weights / weights.sum())


def _downscale(image: Array, size: int) -> Array:
    """Returns the image downscaled to a side, each pixel the mean of its area."""
    image = np.ascontiguousarray(image, np.float32)
    return np.asarray(cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA))
