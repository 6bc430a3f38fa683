"""Water that reflects what is above it, with ripples and the glitter of the sun."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from animator.training.scenes import noise
from animator.training.scenes.colors import blend, jitter, rgb
from animator.training.scenes.noise import Array
from animator.training.scenes.scene_image import Atmosphere, View
from animator.training.scenes.terrain import Land


@dataclass(frozen=True)
class Sea:
    """Roughness of the water (about 0.2 to 2) and the color of deep water."""

    roughness: float
    deep: Array


def sample_sea(view: View, roughness: tuple[float, float] = (0.25, 1.2)) -> Sea:
    """Samples water of a roughness between two bounds."""
    return Sea(float(view.rng.uniform(*roughness)), jitter(rgb(15, 60, 85), view.rng, 0.04))


def reflect(view: View, image: Array, horizon: float, shift: tuple[Array, Array]) -> Array:
    """Returns the image mirrored about the horizon; `shift` moves each pixel right and down, in sides."""
    column = np.clip((view.x + shift[0]) * view.side, 0, view.side - 1).astype(np.float32)
    row = np.clip((2 * horizon - view.y + shift[1]) * view.side, 0, horizon * view.side - 1)
    return np.asarray(
        cv2.remap(image, column, row.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    )


def flood(view: View, air: Atmosphere, land: Land, sea: Sea) -> Land:
    """Returns the land with everything below its water level under water."""
    level = land.ground.water
    if level is None:
        return land
    surface = land.surface
    wet = (surface.land & (surface.height <= level)).astype(np.float32)
    wet = cv2.GaussianBlur(wet, (0, 0), 0.6) * surface.land
    fine, coarse = surface.grain(view.noise(noise.ROUGH), 2.2), surface.grain(view.noise(noise.GRAINY), 0.8)
    below = view.y - air.horizon
    swing = (0.006 + 0.02 * np.clip(below, 0, 1)) * sea.roughness
    shift = ((fine - coarse) * swing * 0.35, (fine + coarse) * swing * 1.2)
    mirror = reflect(view, land.color, air.horizon, shift)
    deep = sea.deep * (0.35 + 0.65 * air.light) * (0.35 if air.dark else 1.0)
    color = blend(deep, mirror, np.clip(0.25 + 0.6 * np.exp(-below / 0.22), 0, 1))
    crests = np.clip(fine * 0.6 + coarse * 0.4 - 0.9, 0, 2) * 0.12 * sea.roughness
    color = color + (crests + _glitter(view, air, fine))[..., None] * air.light
    return replace(land, color=blend(land.color, color, wet))


def _glitter(view: View, air: Atmosphere, ripples: Array) -> Array:
    """Returns the sunlight (side, side) on the ripples under the sun."""
    if not air.bright:
        return view.blank()
    width = 0.03 + 0.25 * np.clip(view.y - air.horizon, 0, 1)
    path = np.exp(-(((view.x - air.sun[0]) / width) ** 2)) * np.clip(ripples + 0.35, 0, 2)
    return np.asarray(path * (0.5 if air.sun_is_low else 0.22), np.float32)
