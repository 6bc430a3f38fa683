"""Clouds on a plane in perspective, lit by the sun, and lightning."""

import cv2
import numpy as np

from animator.training.scenes import noise
from animator.training.scenes.air import WEATHERS
from animator.training.scenes.colors import blend, jitter, mix, rgb, smoothstep
from animator.training.scenes.noise import Array
from animator.training.scenes.scene_image import Atmosphere, View

_WHITE = np.ones(3, np.float32)


def with_clouds(view: View, air: Atmosphere, image: Array) -> Array:
    """Returns the sky with the clouds of its weather."""
    rng = view.rng
    cover = WEATHERS[air.weather].clouds + rng.normal(0, 0.2)
    height = np.clip(air.horizon - view.y, 0, 1) + 0.06
    scale = rng.uniform(0.5, 1.1) * noise.SIDE
    column = (view.x - 0.5) / height * 0.16 * scale + rng.uniform(0, noise.SIDE)
    row = 0.16 / height * scale * 1.6
    big, fine = view.noise(noise.ROLLING), view.noise(noise.GRAINY)

    def density(right: Array | float, down: float) -> Array:
        detail = noise.sample(fine, column * 2.1, row * 2.1 + down * 0.8)
        return noise.sample(big, column + right, row + down) * 0.8 + detail * 0.45

    here = density(0, 0)
    toward_sun = density((air.sun[0] - view.x) * 18, -9)
    opacity = smoothstep(-0.1, 1.1, here + cover) * smoothstep(0, 0.09, air.horizon - view.y + 0.02) * 0.92
    lit, shade = _colors(view, air)
    light = np.clip(0.55 + 0.5 * (here - toward_sun), 0, 1)
    return blend(image, mix(shade, lit, light[..., None]), opacity)


def _colors(view: View, air: Atmosphere) -> tuple[Array, Array]:
    """Returns the colors of the lit side, (3,) or (side, side, 3), and the shaded side (3,) of clouds."""
    lit = rgb(70, 85, 125) if air.dark else mix(air.light, _WHITE, 0.35)
    if air.sun_is_low:
        distance = np.hypot(view.x - air.sun[0], view.y - air.sun[1])
        lit = blend(jitter(rgb(255, 150, 120), view.rng, 0.06), lit, np.exp(-distance / 0.35))
    shade = mix(air.zenith, air.middle, 0.5) * 0.75 + 0.08
    if air.weather in ("stormy", "rainy"):
        return lit * np.float32(0.62), shade * np.float32(0.55)
    return lit, shade


def with_lightning(view: View, air: Atmosphere, image: Array) -> Array:
    """Returns the sky with one flash of lightning down to the horizon."""
    rng = view.rng
    x, y = rng.uniform(0.1, 0.9), rng.uniform(0, 0.15)
    points = [(x, y)]
    while y < air.horizon:
        y += rng.uniform(0.02, 0.05)
        x += rng.normal(0, 0.03)
        points.append((x, y))
    flash = np.zeros((view.side, view.side), np.uint8)
    line = np.array(points) * view.side
    cv2.polylines(flash, [line.astype(np.int32)], False, 255, max(1, view.side // 170), cv2.LINE_AA)  # noqa: FBT003 - OpenCV's own signature
    light = flash.astype(np.float32) / 255
    glow = light + view.blur(light, 0.03) * 6
    return image + glow[..., None] * rgb(210, 200, 255)
