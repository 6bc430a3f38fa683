"""The frame of every outdoor scene: air, sky, land, water, and what is painted on top."""

from collections.abc import Iterable
from dataclasses import replace

from animator.training.scenes.figures import Shape, painted
from animator.training.scenes.scene_image import Atmosphere, SceneImage, View
from animator.training.scenes.sky import sky
from animator.training.scenes.terrain import Ground, Land, land
from animator.training.scenes.water import Sea, flooded

Drawn = tuple[Land, tuple[str, ...]]


def landscape(view: View, air: Atmosphere, ground: Ground, sea: Sea | None = None) -> Drawn:
    """Land under its sky, flooded where there is a sea, and the words for what is in the sky."""
    above, words = sky(view, air)
    drawn = land(view, air, ground, above)
    return (drawn if sea is None else flooded(view, air, drawn, sea)), words


def with_shapes(drawn: Land, shapes: Iterable[Shape]) -> Land:
    """The land with shapes painted over it."""
    color, disparity = painted(drawn.color, drawn.disparity, shapes)
    return replace(drawn, color=color, disparity=disparity)


def draft(drawn: Land, air: Atmosphere, subject: str, extras: Iterable[str]) -> SceneImage:
    """The finished landscape."""
    return SceneImage(drawn.color, drawn.disparity, subject, tuple(extras), air)
