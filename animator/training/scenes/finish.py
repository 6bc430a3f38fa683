"""Post-processing of a scene: rain or snow in front of the camera, tone curve, color grade, style."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from animator.training.scenes import noise
from animator.training.scenes.air import WEATHERS
from animator.training.scenes.colors import LUMA, blend, hsv, mix, rgb
from animator.training.scenes.noise import Array
from animator.training.scenes.scene_image import View

_EXPOSURE = 1.35


@dataclass(frozen=True)
class Look:
    """A color grade or style.

    Attributes:
        weight: Probability.
        apply: Filter of images (side, side, 3) in [0, 1], with the view and a hue.
        phrases: Names of it in captions; `{hue}` is replaced by the name of the hue.
    """

    weight: float
    apply: Callable[[View, Array, float], Array]
    phrases: tuple[str, ...]


HUES = (
    ("red", 0.0),
    ("orange", 0.07),
    ("golden", 0.12),
    ("green", 0.36),
    ("teal", 0.49),
    ("blue", 0.6),
    ("purple", 0.75),
    ("pink", 0.9),
)


def add_weather(view: View, color: Array, weather: str) -> Array:
    """Returns the image with rain or snow in front of it, if the weather has any."""
    if weather not in WEATHERS or weather not in ("rainy", "snowy"):
        return color
    rng, side = view.rng, view.side
    layer = np.zeros((side, side), np.uint8)
    for _ in range(int(rng.integers(150, 400))):
        x, y, light = int(rng.random() * side), int(rng.random() * side), int(rng.integers(90, 255))
        if weather == "rainy":
            end = (x - int(side * 0.008), y + int(side * 0.035))
            cv2.line(layer, (x, y), end, light * 2 // 3, max(1, side // 256), cv2.LINE_AA)
        else:
            cv2.circle(
                layer, (x * 4, y * 4), int(rng.uniform(0.5, 2.2) * side / 64), light, -1, cv2.LINE_AA, 2
            )
    strength = 0.5 if weather == "rainy" else 0.85
    return blend(color, rgb(225, 232, 245), layer.astype(np.float32) / 255 * strength)


def tone_map(color: Array) -> Array:
    """Applies a film-like tone curve: highlights roll off, 1 stays 1."""
    exposed = 1 - np.exp(-np.clip(color, 0, None) * _EXPOSURE)
    return np.asarray(np.clip(exposed / (1 - np.exp(-_EXPOSURE)), 0, 1), np.float32)


def apply_look(view: View, image: Array, looks: tuple[Look, ...]) -> tuple[Array, str]:
    """Returns the image with one of the looks or, more often, none, and the name of the look."""
    remaining = view.rng.random()
    for look in looks:
        remaining -= look.weight
        if remaining < 0:
            name, hue = HUES[view.rng.integers(len(HUES))]
            phrase = view.pick(*look.phrases).format(hue=name)
            return np.clip(look.apply(view, image, hue), 0, 1).astype(np.float32), phrase
    return image, ""


def _gray(image: Array) -> Array:
    return np.asarray((image @ LUMA)[..., None], np.float32)


def _duotone(view: View, image: Array, hue: float) -> Array:
    light = _gray(image)
    dark = mix(hsv(hue, 0.9, 0.05), hsv(hue, 0.85, 0.75), light * 2)
    pale = mix(hsv(hue, 0.85, 0.75), hsv(hue, 0.15, 1), light * 2 - 1)
    return mix(image, np.where(light < 0.5, dark, pale), float(view.rng.uniform(0.6, 0.85)))


def _monochrome(view: View, image: Array, hue: float) -> Array:
    return np.repeat(_gray(image), 3, -1)


def _pastel(view: View, image: Array, hue: float) -> Array:
    return np.asarray(mix(_gray(image), image, 0.55) * np.float32(0.75) + np.float32(0.27))


def _vivid(view: View, image: Array, hue: float) -> Array:
    rich = np.clip(mix(_gray(image), image, 1.6), 0, 1.2)
    return np.asarray((rich - 0.5) * 1.1 + 0.5, np.float32)


def _to_uint8(image: Array) -> NDArray[np.uint8]:
    return (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)


def _median_filter(view: View, image: Array) -> Array:
    """Applies a median filter of about five pixels of a 256-pixel image."""
    result = cv2.medianBlur(_to_uint8(image), 5)
    return np.asarray((cv2.medianBlur(result, 7) if view.side > 300 else result).astype(np.float32) / 255)


def _oil(view: View, image: Array, hue: float) -> Array:
    strokes = cv2.GaussianBlur(view.field(noise.ROUGH, 0.5), (3, 13), 0)
    return np.asarray(_median_filter(view, image) * np.float32(1.02) + (strokes * 0.035)[..., None])


def _watercolor(view: View, image: Array, hue: float) -> Array:
    smeared = _median_filter(view, image)
    gray = cv2.cvtColor(_to_uint8(smeared), cv2.COLOR_RGB2GRAY)
    outline = np.abs(cv2.Laplacian(gray, cv2.CV_32F, ksize=5)) / 2000
    outline = np.clip(cv2.GaussianBlur(outline, (0, 0), 0.7), 0, 0.25)
    wash = 0.75 + 0.07 * view.field(noise.GRAINY, 0.6)
    return np.asarray(1 - (1 - view.blur(smeared, 1 / 200)) * wash[..., None] - outline[..., None])


def _pencil(view: View, image: Array, hue: float) -> Array:
    gray = _gray(image)[..., 0] * 255
    dodged = np.clip(gray / (256 - view.blur(255 - gray, 1 / 80)) * 255, 0, 255)
    paper = dodged * 0.7 + gray * 0.3 + view.field(noise.ROUGH, 1.0) * 5
    return np.repeat((paper / 255)[..., None], 3, -1)


GRADES = (
    Look(0.05, _duotone, ("{hue} tones", "{hue} colors", "{hue} light")),
    Look(0.02, _monochrome, ("black and white", "monochrome")),
    Look(0.02, _pastel, ("pastel colors",)),
    Look(0.04, _vivid, ("vibrant colors", "vivid")),
)
STYLES = (
    Look(0.06, _oil, ("oil painting",)),
    Look(0.03, _watercolor, ("watercolor",)),
    Look(0.02, _pencil, ("pencil sketch",)),
)
