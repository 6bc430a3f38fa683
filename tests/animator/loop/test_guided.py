"""Guided images: the guide image of each frame, its weight, and the request to the diffuser."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from pydantic import ValidationError

from animator.images.image import read_image
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.settings.keyed_images import KeyedImages
from animator.timeline.guided import BlendCurve, blend_weight, guide_image
from animator.timeline.timeline import Timeline
from schedules import ScheduleError, Scope
from tests.fakes import QUIET, Make, PassthroughOrGray, Recorder

CURVE = BlendCurve(0.35, 0.25, 4)


@pytest.fixture
def images(tmp_path: Path) -> tuple[str, str]:
    paths = tmp_path / "red.png", tmp_path / "blue.png"
    for path, color in zip(paths, ((255, 0, 0), (0, 0, 255)), strict=True):
        Image.fromarray(np.full((64, 64, 3), color, np.uint8)).save(path)
    return str(paths[0]), str(paths[1])


def test_keys_are_formulas_and_sorted_except_with_compat() -> None:
    images = KeyedImages.parse('{"max_f/2": "b.png", "0": "a.png", "1s": "c.png"}')
    assert images.keyframes(Scope(21, fps=4)) == ((0, "a.png"), (4, "c.png"), (10, "b.png"))
    assert images.keyframes(Scope(21, fps=4, compat=True))[0] == (10, "b.png")
    assert images.paths == ("b.png", "a.png", "c.png")


@pytest.mark.parametrize(
    ("source", "message"), [("[1]", "images by frame"), ("{", "is not JSON"), ('{"0": 3}', "the path of a")]
)
def test_anything_but_a_list_of_images_is_refused(source: str, message: str) -> None:
    with pytest.raises(ScheduleError, match=message):
        KeyedImages.parse(source)


def test_an_image_guides_from_its_key_on_with_a_growing_weight() -> None:
    keyframes = ((0, "a"), (10, "b"))
    assert [guide_image(keyframes, frame) for frame in (0, 9, 10, 30)] == ["a", "a", "b", "b"]
    shares = [blend_weight(keyframes, frame, CURVE) for frame in range(10, 16)]
    assert shares[0] == pytest.approx(0.1) and shares[:5] == sorted(shares[:5])
    assert shares[5] == 0.07
    assert blend_weight(((5, "a"),), 2, CURVE) == 0.07
    assert blend_weight(keyframes, 10, BlendCurve(0.35, 0.25, 0)) == 0.07


def test_a_film_begins_with_its_first_guide_image_and_is_guided_to_the_next(
    make_animation: Make, images: tuple[str, str]
) -> None:
    red, blue = images
    film = make_animation(
        guided={"use_looper": True, "init_images": {0: red, 3: blue}, "image_strength_schedule": "0:(0.5)"},
        **QUIET,
    )
    recorder = Recorder(PassthroughOrGray())
    list(render(Timeline(film), build_pipeline(film, recorder)))
    first, *later = recorder.asked
    assert torch.equal(first.image, read_image(red, (64, 64)))  # type: ignore[arg-type]  # it has one
    assert first.colors is None and first.strength == film.init.strength
    assert all(request.strength == 0.5 for request in later)
    blues = [float(request.image[2].mean()) for request in later if request.image is not None]
    assert blues[1] == 0 and blues[2] == pytest.approx(0.1, abs=1e-3) and blues == sorted(blues)
    assert later[2].colors is not None and later[2].colors[2].mean() == pytest.approx(0.075, abs=1e-3)


def test_without_images_nothing_guides_the_film(make_animation: Make) -> None:
    with pytest.raises(ValidationError, match="init_images is empty"):
        make_animation(guided={"use_looper": True})


def test_interpolation_is_not_guided(make_animation: Make) -> None:
    film = make_animation(mode="interpolation", guided={"use_looper": True, "init_images": {0: "a.png"}})
    assert film.guides == () and Timeline(film)[3].guided.image == ""
