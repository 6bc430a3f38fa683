"""Values of settings as the text of a field, and back."""

from typing import Any

import pytest

from animator.settings.setting_kinds import SettingKind as Kind
from animator.studio.film.form.spelling import parse, sides_of, size_from, spell
from animator.studio.written import ABSENT

BOTH_WAYS: list[tuple[Kind, Any, str]] = [
    (Kind.WHOLE_NUMBER, 120, "120"),
    (Kind.WHOLE_NUMBER, -1, "-1"),
    (Kind.NUMBER, 23.976, "23.976"),
    (Kind.SCHEDULE, 0.65, "0.65"),
    (Kind.SCHEDULE, "0:(1), 30:(1+t/10)", "0:(1), 30:(1+t/10)"),
    (Kind.SCHEDULE, {0: 1.0, "2s": "sin(t)"}, "{0: 1.0, 2s: sin(t)}"),
    (Kind.TEXT_SCHEDULE, "Euler a", "Euler a"),
    (Kind.TEXT_SCHEDULE, {0: "Euler a", 30: "DDIM"}, "{0: Euler a, 30: DDIM}"),
    (Kind.TEXT_SCHEDULE, "{everywhere}", "{everywhere}"),
    (Kind.TEXT_SCHEDULE, "{video_mask} & [sky.png]", "{video_mask} & [sky.png]"),
    (Kind.TEXT, "on", "on"),
    (Kind.TEXT, "0017", "0017"),
    (Kind.LONG_TEXT, "snow,\nfog", "snow,\nfog"),
    (Kind.IMAGE, "", ""),
    (Kind.FOLDERS, ["models", "more models"], "models\nmore models"),
    (Kind.IMAGES_BY_FRAME, {0: "a.png", "max_f/2": "b.png"}, "{0: a.png, max_f/2: b.png}"),
    (Kind.SCHEDULES_BY_NAME, {"steps_schedule": "0: (25)"}, "{steps_schedule: '0: (25)'}"),
    (Kind.VALUE, [1, {"a": True}], "[1, {a: true}]"),
]


@pytest.mark.parametrize(("kind", "value", "text"), BOTH_WAYS)
def test_a_value_is_shown_and_read_back(kind: Kind, value: Any, text: str) -> None:
    assert spell(kind, value) == text
    assert parse(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.WHOLE_NUMBER, " 12 ", 12),
        (Kind.WHOLE_NUMBER, "many", "many"),
        (Kind.WHOLE_NUMBER, "true", "true"),
        (Kind.NUMBER, "1.", 1.0),
        (Kind.NUMBER, "", ABSENT),
        (Kind.SCHEDULE, "  ", ABSENT),
        (Kind.SCHEDULE, "{0: 1", "{0: 1"),
        (Kind.SCHEDULE, "{t}", "{t}"),
        (Kind.FOLDERS, "\n a \n\nb\n", ["a", "b"]),
        (Kind.FOLDERS, "\n", ABSENT),
        (Kind.VALUE, "", ABSENT),
    ],
)
def test_what_is_typed_is_read_as_far_as_it_is_a_value(kind: Kind, text: str, value: Any) -> None:
    assert parse(kind, text) == value


@pytest.mark.parametrize("value", [None, ABSENT])
def test_no_value_is_an_empty_field(value: Any) -> None:
    assert spell(Kind.NUMBER, value) == ""


@pytest.mark.parametrize("value", [{"a": 1}, [1, 2], True, 7, float("inf")])
def test_a_wrong_value_is_shown_as_it_is_written(value: Any) -> None:
    assert spell(Kind.TEXT, value) in ("{a: 1}", "[1, 2]", "true", "7", ".inf")


@pytest.mark.parametrize(
    ("value", "sides"),
    [
        ([512, 320], ("512", "320")),
        ("512x320", ("512", "320")),
        (512, ("512", "512")),
        (None, ("", "")),
        ("wide", ("wide", "")),
        ([1, 2, 3], ("[1, 2, 3]", "")),
        (True, ("true", "")),
    ],
)
def test_a_size_has_two_sides(value: Any, sides: tuple[str, str]) -> None:
    assert sides_of(value) == sides


def test_two_sides_are_a_size() -> None:
    assert size_from("512", " 320") == [512, 320]
    assert size_from("512", "tall") == [512, "tall"]
    assert size_from("512", "") == [512, 0]
    assert size_from("", " ") is ABSENT
