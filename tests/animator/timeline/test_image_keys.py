"""Which images of an IP-Adapter unit act at a frame."""

import pytest

from animator.errors import PresetError
from animator.timeline.image_keys import followed_images
from animator.timeline.timeline import Timeline
from tests.fakes import Make


@pytest.mark.parametrize(
    ("frame", "fade", "expected"),
    [
        (0, 0, (4, 4, 1.0)),
        (4, 8, (4, 4, 1.0)),
        (9, 0, (4, 4, 1.0)),
        (10, 0, (10, 10, 1.0)),
        (10, 4, (10, 4, 0.0)),
        (11, 4, (10, 4, 0.25)),
        (14, 4, (10, 10, 1.0)),
        (15, 10, (10, 4, 5 / 8)),
        (17, 50, (10, 4, 7 / 8)),
        (18, 50, (18, 10, 0.0)),
        (99, 50, (18, 18, 1.0)),
    ],
)
def test_a_key_fades_into_the_next(frame: int, fade: int, expected: tuple[int, int, float]) -> None:
    values = followed_images([4, 10, 18], frame, fade)
    assert (values["key"], values["key_before"], values["share"]) == pytest.approx(expected)


def test_plans_have_the_images_of_each_unit(make_animation: Make) -> None:
    units = [
        {"model": "a", "image": {0: "a.png", "50%": ["b.png", "c.png"]}, "fade": 2, "weight": "t"},
        {"enabled": False},
    ]
    timeline = Timeline(make_animation(frames=9, ip_adapter=units))
    assert [plan.ip_adapter[0].share for plan in timeline] == [1, 1, 1, 1, 0, 0.5, 1, 1, 1]
    assert [plan.ip_adapter[0].weight for plan in timeline] == list(range(9))
    assert timeline[4].ip_adapter[0].key == 4 and timeline[4].ip_adapter[1].share == 1


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ([], r"is \[\]"),
        ({0: 3}, "is 3"),
        (["a.png"] * 17, "names 17 images at once; expected at most 16"),
        ("", "has no image; name one, or set enabled: false"),
        (None, "is None"),
    ],
)
def test_what_names_no_image_is_an_error(make_animation: Make, image: object, message: str) -> None:
    with pytest.raises((PresetError, ValueError), match=message):
        make_animation(ip_adapter=[{"model": "a", "image": image}])
