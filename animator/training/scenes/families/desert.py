"""Deserts."""

from dataclasses import dataclass

import cv2
import numpy as np

from animator.training.scenes import noise
from animator.training.scenes.air import DRY, sample_atmosphere
from animator.training.scenes.colors import jitter, rgb
from animator.training.scenes.landscape import finish_landscape, render_landscape
from animator.training.scenes.noise import Array
from animator.training.scenes.plants import cactus, pyramid
from animator.training.scenes.scatter import Grove, plant_grove
from animator.training.scenes.scene_image import SceneImage, View
from animator.training.scenes.terrain import Ground, Surface


def desert(view: View) -> SceneImage:
    """Renders dunes, with cactuses or pyramids in half of the images."""
    rng = view.rng
    air = sample_atmosphere(view, DRY)
    crests, waves = view.noise(noise.SMOOTH), view.noise(noise.ROLLING)
    heights = cv2.GaussianBlur(noise.stretch((1 - np.abs(crests) ** 1.3) + 0.1 * waves), (0, 0), 2.5) ** 1.3
    ground = Ground(
        heights=np.asarray(heights, np.float32),
        color=_Sand(
            jitter(rgb(224, 160, 92), rng), view.noise(noise.ROUGH), float(rng.uniform(0, 2 * np.pi))
        ),
        relief=float(rng.uniform(0.10, 0.17)),
        eye=float(rng.uniform(0.04, 0.09)),
        far=2.8,
        haze=0.7,
    )
    land, sky_extras = render_landscape(view, air, ground)
    grove, name = None, ""
    which = rng.random()
    if which < 0.25:
        grove, name = Grove(cactus, 40, 0.045, rgb(56, 92, 50), (0.12, 0.9)), "cactus"
    elif which < 0.5:
        size, count = float(rng.uniform(0.2, 0.4)), int(rng.integers(1, 4))
        grove, name = Grove(pyramid, count, size, rgb(200, 160, 100), (0.7, 1.6)), "pyramids"
    count = 0
    if grove:
        land, count = plant_grove(view, air, land, grove)
    return finish_landscape(
        land,
        air,
        view.pick("desert", "sand dunes", "desert dunes"),
        [*([name] if count else []), *sky_extras],
    )


@dataclass(frozen=True)
class _Sand:
    """Color of sand, with ripples nearby."""

    color: Array
    detail: Array
    turn: float

    def __call__(self, at: Surface) -> Array:
        across = (at.column * np.cos(self.turn) + at.row * np.sin(self.turn)) * 2.2
        ripples = np.sin(across + at.grain(self.detail, 1.0) * 1.5) * np.exp(-at.distance * 7) * 0.07
        return np.asarray(self.color * (1 + ripples + 0.06 * at.grain(self.detail))[..., None], np.float32)
