"""Motion in the image plane, with a perspective flip, as films have it."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from animator.loop.build.pipeline import build_pipeline
from animator.models.diffusion.fake import FakeDiffuser
from animator.settings import Animation
from animator.timeline.timeline import Timeline

Make = Callable[..., Animation]


@pytest.fixture
def moved(make_animation: Make) -> Callable[..., Tensor]:
    """A square up and left of the middle, moved by one frame of a film's motion."""
    square = torch.zeros(3, 64, 64)
    square[:, 16:24, 12:20] = 1.0

    def warp(compat: bool, **motion: Any) -> Tensor:
        film = make_animation(compat=compat, motion={"border": "zeros", "sampling": "bilinear", **motion})
        return build_pipeline(film, FakeDiffuser()).motion.warp(square, [Timeline(film)[1]], None)

    return warp


def place(image: Tensor) -> tuple[float, float]:
    """The center (x, y) of what is bright."""
    weight = image[0] / image[0].sum()
    steps = torch.arange(64.0)
    return float((weight.sum(0) * steps).sum()), float((weight.sum(1) * steps).sum())


def test_a_flip_keeps_the_translation_but_for_films_of_deforum(moved: Callable[..., Tensor]) -> None:
    flip = {"enable_perspective_flip": True, "perspective_flip_gamma": 5}
    for compat, shift in ((False, 20.0), (True, 0.0)):
        plain, shifted = moved(compat, **flip), moved(compat, translation_x=20, **flip)
        assert place(shifted)[0] - place(plain)[0] == pytest.approx(shift, abs=1.5)


def test_a_flip_acts_after_the_other_motion(moved: Callable[..., Tensor]) -> None:
    """A plane tilted away on the right is narrower there, so what was moved there is, too."""
    flip = {"enable_perspective_flip": True, "perspective_flip_gamma": 40, "perspective_flip_fv": 90}
    left, right = moved(False, **flip), moved(False, translation_x=32, **flip)
    width = [float((image[0].amax(0) > 0.5).sum()) for image in (left, right)]
    assert width[0] != width[1]


def test_a_negative_zoom_of_deforum_turns_the_image(moved: Callable[..., Tensor]) -> None:
    mirrored, turned = moved(True, zoom=-1), moved(True, angle=180)
    torch.testing.assert_close(mirrored, turned, atol=1e-4, rtol=0)
    assert mirrored.max() > 0.9
