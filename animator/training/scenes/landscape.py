"""The frame of every outdoor scene: air, sky, land, water, and what is painted on top."""

from collections.abc import Iterable
from dataclasses import replace

from animator.training.scenes.figures import Shape, paint_shapes
from animator.training.scenes.scene_image import Atmosphere, SceneImage, View
from animator.training.scenes.sky import sky
from animator.training.scenes.terrain import Ground, Land, render_land
from animator.training.scenes.water import Sea, flood

LandAndSky = tuple[Land, tuple[str, ...]]


def render_landscape(view: View, air: Atmosphere, ground: Ground, sea: Sea | None = None) -> LandAndSky:
    """Land under its sky, flooded where there is a sea, and the extras for what is in the sky."""
    above, extras = sky(view, air)
    land = render_land(view, air, ground, above)
    return (land if sea is None else flood(view, air, land, sea)), extras


def with_shapes(land: Land, shapes: Iterable[Shape]) -> Land:
    """The land with shapes painted over it."""
    color, disparity = paint_shapes(land.color, land.disparity, shapes)
    return replace(land, color=color, disparity=disparity)


def finish_landscape(land: Land, air: Atmosphere, subject: str, extras: Iterable[str]) -> SceneImage:
    """The finished landscape."""
    return SceneImage(land.color, land.disparity, subject, tuple(extras), air)
