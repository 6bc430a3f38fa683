"""2D motion, on images made of letters."""

from collections.abc import Sequence

import pytest

from animator.images.resample import Border, Sampling
from animator.loop.steps.motion_2d import Warp2D, neutral_flip
from animator.timeline.plan import Plan
from animator.timeline.timeline import Timeline
from tests.fakes import Make
from tests.letters import image_of, letters_of

WARP = Warp2D(Border.ZEROS, Sampling.NEAREST, neutral_flip)
TURNED = {"enable_perspective_flip": True, "perspective_flip_theta": 180}
"""Half a turn about (W / 2, H / 2), which lies half a pixel right of and below the middle."""


def moved(letters: str, plans: Sequence[Plan], warp: Warp2D = WARP) -> str:
    return letters_of(warp.warp(image_of(letters), plans, None))


@pytest.mark.parametrize(
    ("motion", "wanted"),
    [
        ({"translation_x": 1}, "KRGB/KKYC"),
        ({"translation_x": -2}, "BWKK/CMKK"),
        ({"translation_y": 1}, "KKKK/RGBW"),
        ({"translation_y": -1}, "KYCM/KKKK"),
        (TURNED, "KKKK/KMCY"),
        ({**TURNED, "translation_x": 1, "translation_y": 1}, "MCYK/WBGR"),  # the shift first, then the turn
    ],
)
def test_an_image_moves_by_its_settings(make_animation: Make, motion: dict[str, object], wanted: str) -> None:
    plans = Timeline(make_animation(motion=motion))
    assert moved("RGBW/KYCM", plans[1:2]) == wanted


@pytest.mark.parametrize(
    ("angle", "wanted"), [(90, "BMR/GYW/RCK"), (-90, "KCR/WYG/RMB"), (180, "RWK/MYC/BGR")]
)
def test_a_turn_is_counter_clockwise_about_its_center(
    make_animation: Make, angle: float, wanted: str
) -> None:
    center = {"transform_center_x": 1 / 3, "transform_center_y": 1 / 3}  # the pixel in the middle of three
    plans = Timeline(make_animation(motion={"angle": angle, **center}))
    assert moved("RGB/CYM/KWR", plans[1:2]) == wanted


def test_moves_of_several_frames_act_one_after_the_other(make_animation: Make) -> None:
    motion = {
        "enable_perspective_flip": True,
        "perspective_flip_theta": {0: 0, 1: 0, 2: 180},
        "translation_x": {0: 1, 1: 1, 2: 0},
        "translation_y": {0: 1, 1: 1, 2: 0},
    }
    plans = Timeline(make_animation(motion=motion))
    assert moved("RGBW/KYCM", plans[1:3]) == "MCYK/WBGR"
    assert moved("RGBW/KYCM", [plans[2], plans[1]]) == "KKKK/KKKK"


def test_a_film_without_flips_does_not_flip(make_animation: Make) -> None:
    plans = Timeline(make_animation(motion={"translation_x": 1, "perspective_flip_theta": 180}))
    plain = Warp2D(Border.ZEROS, Sampling.NEAREST, None)
    assert moved("RGBW/KYCM", plans[1:2], plain) == "KRGB/KKYC"
    assert letters_of(plain.flip_image(image_of("RGBW/KYCM"), plans[1])) == "RGBW/KYCM"


@pytest.mark.parametrize(
    ("border", "wanted"), [(Border.REPLICATE, "RRRG"), (Border.REFLECT, "GRRG"), (Border.WRAP, "BWRG")]
)
def test_what_comes_in_from_outside(make_animation: Make, border: Border, wanted: str) -> None:
    plans = Timeline(make_animation(motion={"translation_x": 2}))[1:2]
    assert moved("RGBW", plans, Warp2D(border, Sampling.NEAREST, None)) == wanted
