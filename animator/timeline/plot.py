"""Plots of a film's schedules as one image, with keys marked. Small multiples, drawn with Pillow."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from animator.settings import Animation
from animator.timeline.columns import schedule_fields
from schedules import Schedule

WIDTH, HEIGHT = 900, 110
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 26, 18
INK, FAINT, CURVE, MARK = (40, 40, 40), (225, 225, 225), (30, 100, 200), (210, 70, 40)


@dataclass(frozen=True)
class Curve:
    """One schedule over the film.

    Attributes:
        name: Its path, such as `motion.zoom`.
        values: (frames,) float64.
        keys: Frames with a key.
    """

    name: str
    values: NDArray[np.float64]
    keys: tuple[int, ...]


def curves(animation: Animation) -> list[Curve]:
    """Returns the variables and the numeric schedules that change over the film; all schedules if none."""
    scope = animation.scope
    every = [
        Curve(path, schedule.values(scope), schedule.key_frames(scope))
        for path, schedule in schedule_fields(animation).items()
        if isinstance(schedule, Schedule)
    ]
    heard = [Curve(f"signals.{name}", column, ()) for name, column in animation.heard.used.items()]
    return [curve for curve in [*heard, *every] if np.ptp(curve.values) > 0] or every


def plot(curves: Sequence[Curve]) -> Image.Image:
    """Returns the image of the curves, one strip below the other."""
    image = Image.new("RGB", (WIDTH, HEIGHT * len(curves)), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(12)
    for index, curve in enumerate(curves):
        _draw_strip(draw, curve, HEIGHT * index, font)
    return image


def _draw_strip(
    draw: ImageDraw.ImageDraw, curve: Curve, y: int, font: ImageFont.ImageFont | ImageFont.FreeTypeFont
) -> None:
    low, high = float(curve.values.min()), float(curve.values.max())
    top, floor = y + TOP, y + HEIGHT - BOTTOM
    span, last = high - low or 1.0, max(len(curve.values) - 1, 1)

    def at(frame: int) -> tuple[float, float]:
        level = (float(curve.values[frame]) - low) / span if high > low else 0.5
        return LEFT + (WIDTH - LEFT - RIGHT) * frame / last, floor - (floor - top) * level

    draw.text((LEFT, y + 6), curve.name, INK, font)
    draw.rectangle((LEFT, top, WIDTH - RIGHT, floor), outline=FAINT)
    for value, height in ((high, top), (low, floor)) if high > low else ((low, (top + floor) / 2),):
        draw.text((LEFT - 6, height), f"{value:.5g}", INK, font, anchor="rm")
    draw.text((WIDTH - RIGHT, floor + 3), f"frame {len(curve.values) - 1}", INK, font, anchor="rt")
    points = [at(frame) for frame in range(len(curve.values))]
    draw.line(points if len(points) > 1 else [*points, *points], fill=CURVE, width=2)
    for key in curve.keys:
        if 0 <= key < len(curve.values):
            x, height = at(key)
            draw.ellipse((x - 3, height - 3, x + 3, height + 3), fill=MARK)
