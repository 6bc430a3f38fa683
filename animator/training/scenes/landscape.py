"""Base of every outdoor scene: sky, land, water, and shapes on top."""

from collections.abc import Iterable
from dataclasses import replace

from animator.training.scenes.figures import Shape, paint_shapes
from animator.training.scenes.scene_image import Atmosphere, SceneImage, View
from animator.training.scenes.sky import sky
from animator.training.scenes.terrain import Ground, Land, render_land
from animator.training.scenes.water import Sea, flood


def render_landscape(
    view: View, air: Atmosphere, ground: Ground, sea: Sea | None = None
) -> tuple[Land, tuple[str, ...]]:
    """Renders land under its sky, flooded if there is a sea; also returns the names of extras in the sky."""
    sky_image, extras = sky(view, air)
    land = render_land(view, air, ground, sky_image)
    return (land if sea is None else flood(view, air, land, sea)), extras


def with_shapes(land: Land, shapes: Iterable[Shape]) -> Land:
    """Returns the land with shapes painted over it."""
    color, disparity = paint_shapes(land.color, land.disparity, shapes)
    return replace(land, color=color, disparity=disparity)


def finish_landscape(land: Land, air: Atmosphere, subject: str, extras: Iterable[str]) -> SceneImage:
    """Returns the landscape as a scene image."""
    return SceneImage(land.color, land.disparity, subject, tuple(extras), air)
