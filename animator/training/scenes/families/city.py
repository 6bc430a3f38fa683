"""Skylines above water or a road."""

from dataclasses import dataclass

import numpy as np

from animator.training.scenes import noise
from animator.training.scenes.air import sample_atmosphere
from animator.training.scenes.colors import blend, hsv, jitter, mix, rgb, smoothstep
from animator.training.scenes.figures import paint_shapes
from animator.training.scenes.noise import Array
from animator.training.scenes.props import bridge
from animator.training.scenes.scene_image import Atmosphere, SceneImage, View
from animator.training.scenes.sky import sky
from animator.training.scenes.water import reflect

_WEATHERS = ("clear", "cloudy", "foggy", "stormy", "rainy")
_LIT = {"day": 0.03, "dawn": 0.15, "sunset": 0.3, "dusk": 0.45, "night": 0.45}
_DARK_WINDOWS = 0.1  # dark windows are visible if a smaller fraction of windows is lit
_ROWS = 3  # of houses, the far one first
_GLOW = rgb(92, 104, 158)  # of the sky above a city at night


def city(view: View) -> SceneImage:
    """Renders three rows of houses with lit windows, above a river or a road."""
    air = sample_atmosphere(view, _WEATHERS, (0.6, 0.74))
    neon = air.time in ("night", "dusk") and view.chance(0.3)
    image, sky_extras = sky(view, air)
    glow = hsv(float(view.rng.uniform(0.72, 0.92)), 0.6, 0.75) if neon else jitter(_GLOW, view.rng, 0.04)
    if air.dark:
        image = _add_city_glow(view, air, image, glow)
    disparity = view.blank()
    walls = jitter(rgb(70, 78, 98), view.rng, 0.04)
    haze = glow * np.float32(0.6) if air.dark else air.low
    for row in range(_ROWS):
        houses = _Row(air, row / (_ROWS - 1), walls, haze, _window_colors(neon=neon))
        _draw_row(view, houses, image, disparity)
    depth = np.clip((view.y - air.horizon) / (1 - air.horizon), 0, 1)
    river = view.chance(0.6)
    ground = _river(view, air, image, depth) if river else _road(view, air, depth)
    below = view.y * view.side >= int(air.horizon * view.side)
    color = np.where(below[..., None], ground, image).astype(np.float32)
    disparity = np.where(below, 0.15 + 0.85 * depth, disparity).astype(np.float32)
    if air.time in ("night", "dusk"):
        color = color + view.blur(np.clip(color - 0.6, 0, 1), 0.012) * np.float32(0.9)
    extras = [view.pick("a river", "") if river else view.pick("a road", "a road", "")]
    if river and view.chance(0.3):
        color, disparity = paint_shapes(color, disparity, bridge(view, air))
        extras = ["a bridge"]
    subject = ("neon cyberpunk " if neon else "") + view.pick("city skyline", "city", "skyscrapers")
    return SceneImage(color, disparity, subject, (*(w for w in extras if w), *sky_extras), air)


def _add_city_glow(view: View, air: Atmosphere, image: Array, glow: Array) -> Array:
    """Returns the sky over a city at night, lit from below so that the houses stand out dark."""
    height = np.clip(air.horizon - view.y, 0, 1)
    return np.asarray(image + (np.exp(-height / 0.35) * 0.95)[..., None] * glow, np.float32)


def _window_colors(*, neon: bool) -> tuple[Array, ...]:
    if neon:
        return hsv(0.88, 0.7, 1), hsv(0.5, 0.7, 1), hsv(0.75, 0.6, 1), rgb(255, 220, 140)
    return rgb(255, 214, 130), rgb(255, 236, 190), rgb(190, 220, 255)


@dataclass(frozen=True)
class _Row:
    """One row of houses: `near` is 0 for the farthest and 1 for the nearest."""

    air: Atmosphere
    near: float
    walls: Array
    haze: Array
    windows: tuple[Array, ...]

    @property
    def color(self) -> Array:
        """Color (3,) of the walls in this light, faded by the haze."""
        air = self.air
        lit = self.walls * (air.ambient * 0.7 + 0.45 * air.light * (0.5 if air.dark else 1.0))
        color = mix(self.haze, lit * np.float32(0.4 if air.dark else 1), 0.25 + 0.7 * self.near)
        return mix(self.haze, color, 0.3 + 0.4 * self.near) if air.weather == "foggy" else color


def _draw_row(view: View, row: _Row, image: Array, disparity: Array) -> None:
    """Paints a row of houses into the image and its disparity, in place."""
    rng, side = view.rng, view.side
    floor, x, near = int(row.air.horizon * side), -float(rng.uniform(0, 0.08)) * side, row.near
    while x < side:
        width = rng.uniform(0.1, 0.2) * side * (0.8 + 0.5 * near)
        tower = 0.25 if view.chance(0.25) else 0.0
        height = ((rng.uniform(0.08, 0.32) + tower) * (1.15 - 0.35 * near) + 0.02) * side
        top, left, right = max(int(floor - height), 2), max(int(x), 0), min(int(x + width), side)
        if right - left > 2:
            image[top:floor, left:right] = _house(view, row, floor - top, right - left)
            disparity[top:floor, left:right] = 0.1 + 0.32 * near
            if view.chance(0.2):
                mast, tip = (left + right) // 2, max(0, top - int(0.06 * side))
                image[tip:top, mast : mast + max(1, side // 256)] = row.color * 0.8
        x += width * rng.uniform(0.85, 1.25)


def _house(view: View, row: _Row, height: int, width: int) -> Array:
    """Returns one house front (height, width, 3) with its windows."""
    rng, unit = view.rng, view.side / 256
    shade = np.linspace(1.12, 0.8, width, dtype=np.float32)
    shade = shade if row.air.sun[0] < 0.5 else shade[::-1]
    wall = jitter(row.color, rng, 0.012 if row.air.dark else 0.025)
    front = np.broadcast_to(wall, (height, width, 3)) * shade[None, :, None]
    across, down = max(3, int(unit * (8 + 6 * row.near))), max(3, int(unit * (9 + 8 * row.near)))
    rows, columns = height // down + 1, width // across + 1
    fraction = _LIT[row.air.time]
    lit = (rng.random((rows, columns)) < fraction) * rng.uniform(0.5, 1, (rows, columns))
    pane = np.zeros((down, across), np.float32)
    pane[: down - max(1, down // 3), : across - max(1, across // 3)] = 1
    panes = np.kron(lit, pane)[:height, :width].astype(np.float32)
    if fraction < _DARK_WINDOWS:
        front = front * (1 - 0.18 * np.kron(np.ones((rows, columns)), pane)[:height, :width, None])
    color = row.windows[rng.integers(len(row.windows))]
    return blend(np.asarray(front, np.float32), color, panes * np.float32(0.2 + 0.8 * row.near))


def _river(view: View, air: Atmosphere, image: Array, depth: Array) -> Array:
    ripples = noise.sample(view.noise(noise.ROUGH), view.x * 180 / (depth + 0.15), 60 / (depth + 0.08))
    swing = 0.004 + 0.02 * depth
    mirror = reflect(view, image, air.horizon, (ripples * swing * 0.3, ripples * swing))
    deep = jitter(rgb(15, 60, 85), view.rng, 0.04) * np.float32(0.4)
    return blend(deep, mirror, 0.75 - 0.35 * depth)


def _road(view: View, air: Atmosphere, depth: Array) -> Array:
    distance = 1 / (depth + 0.03)
    across = (view.x - 0.5) * distance
    light = air.ambient + 0.4 * air.light
    near = np.clip(depth * 3, 0.3, 1)
    asphalt, pavement = (
        blend(air.low, rgb(48, 50, 58) * light, near),
        blend(air.low, rgb(88, 90, 96) * light, near),
    )
    color = blend(pavement, asphalt, smoothstep(0.62, 0.58, np.abs(across)))
    line = (np.abs(across) < 0.02) & ((distance * 1.6) % 1 < 0.5)
    color = blend(color, rgb(240, 230, 190), line.astype(np.float32) * 0.8)
    return np.asarray(color * np.float32(0.6 if air.time in ("night", "dusk") else 1.0))
