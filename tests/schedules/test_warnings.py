"""Warnings: probable mistakes that work."""

import pytest

from schedules import Prompts, Schedule, Scope, TextSchedule


def messages(source: str, **scope: object) -> list[str]:
    film = Scope(20, **scope)  # type: ignore[arg-type]  # named at each call
    return [str(warning) for warning in Schedule.parse(source).warnings(film)]


@pytest.mark.parametrize(
    ("source", "fragment", "column", "frame"),
    [
        ("0:(1), 50:(2)", "past the last frame 19: the film ends on the way", 7, 50),
        ("0:(1), -5:(2)", "before frame 0", 7, -5),
        ("0:(1), 5:(2), 5:(3)", "two keys on frame 5 (`5` and `5`): the last one counts", 14, 5),
        ("0:(1), 9/2:(2), 4:(3)", "two keys on frame 4 (`9/2` and `4`)", 16, 4),
        ("0:(t^2)", "powers are written **", 2, None),
        ("0:(sqrt(t-5))", "frame 0: the formula gives no number", None, 0),
        ("0:(2**(t*3))", "frame 10: the value is 1.07374e+09, which is suspiciously large", None, 10),
        ("0: 0: (1)", "written twice", 0, None),
        ("0:(1) 10:(2)", "a comma is missing before `10:`", 6, None),
    ],
)
def test_a_warning_is_given(source: str, fragment: str, column: int | None, frame: int | None) -> None:
    (warning,) = Schedule.parse(source).warnings(Scope(20))
    assert fragment in str(warning)
    assert (warning.column, warning.frame) == (column, frame)


@pytest.mark.parametrize(
    "source", ["0:(1), 10:(2)", "0:(sin(t))", "10:(2), 0:(1)", "0:(1), 10:(2),", "5:(1)"]
)
def test_ordinary_schedules_have_none(source: str) -> None:
    assert messages(source) == []


def test_a_range_that_makes_sense_can_be_given() -> None:
    schedule = Schedule.parse("0:(0.5), 10:(1.5)")
    (warning,) = schedule.warnings(Scope(20), expected=(0.0, 1.0))
    assert str(warning) == "frame 6: the value is 1.1; 0 to 1 is usual"
    assert schedule.warnings(Scope(20), expected=(0.0, 2.0)) == ()


def test_compat_warns_that_a_key_is_ignored() -> None:
    assert messages("0:(1), 50:(2)", compat=True) == ["key `50` is past the last frame 19: it is ignored"]


def test_text_and_prompts_warn_about_keys() -> None:
    (warning,) = TextSchedule.parse('0:("a"), 50:("b")').warnings(Scope(20))
    assert "past the last frame" in str(warning)
    (warning,) = Prompts.parse({0: "a", 50: "b"}).warnings(Scope(20))
    assert "past the last frame" in str(warning)
    mixed = Prompts.parse({0: "cat AND dog", 10: "b"}).morphing().warnings(Scope(20))
    assert "`AND` inside" in str(mixed[0])
