"""Text schedules: samplers, checkpoints, masks."""

from typing import Any

import pytest

from schedules import ScheduleError, Scope, TextSchedule


def texts(source: Any, frames: int = 6, **scope: Any) -> list[str]:
    return list(TextSchedule.parse(source).values(Scope(frames, **scope)))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Euler a", ["Euler a"] * 6),
        ('"Euler a"', ["Euler a"] * 6),
        ('0: ("Euler a"), 3: ("DDIM")', ["Euler a"] * 3 + ["DDIM"] * 3),
        ("0:(Euler a), max_f:(DDIM)", ["Euler a"] * 5 + ["DDIM"]),
        ({0: "Euler a", 3: "DDIM"}, ["Euler a"] * 3 + ["DDIM"] * 3),
        ('0:("DPM++ 2M, Karras")', ["DPM++ 2M, Karras"] * 6),
        ('0:("model (v2).ckpt"), 3:(model (v3).ckpt)', ["model (v2).ckpt"] * 3 + ["model (v3).ckpt"] * 3),
        ("C:\\models\\a.ckpt", ["C:\\models\\a.ckpt"] * 6),
        ('0:("C:\\models\\a.ckpt")', ["C:\\models\\a.ckpt"] * 6),
        ("0:(it's)", ["it's"] * 6),
        ('0:("“curly”")', ["“curly”"] * 6),
        ("{video_mask}", ["{video_mask}"] * 6),
        (
            '0: ("!({everywhere}^({init_mask}|{video_mask}))")',
            ["!({everywhere}^({init_mask}|{video_mask}))"] * 6,
        ),
        ("0: ()", [""] * 6),
        ("3:(late)", ["late"] * 6),
        ("0:(a), 3:(7)", ["a"] * 3 + ["7"] * 3),
        ("0:(a), 1:(b), 2:(a), loop", ["a", "b", "a", "b", "a", "b"]),
    ],
)
def test_texts_in_every_form(source: Any, expected: list[str]) -> None:
    assert texts(source) == expected


def test_compat_reads_as_deforum_does() -> None:
    assert texts("0:(a), 3:(7)", compat=True) == ["a"] * 6
    assert texts('0:("model (v2).ckpt")', compat=True) == ["model v2.ckpt"] * 6
    assert texts("0:(7)", compat=True) == ["7"] * 6


def test_key_frames_and_source() -> None:
    schedule = TextSchedule.parse({0: "a", "50%": "b", 99: "c"})
    assert schedule.key_frames(Scope(21)) == (0, 10)
    assert schedule.source == {0: "a", "50%": "b", 99: "c"}
    assert hash(schedule) == hash(TextSchedule.parse(schedule.source))


@pytest.mark.parametrize("source", [None, True, {0: None}, {}, {0: ["a"]}])
def test_a_source_that_is_not_text_is_rejected(source: Any) -> None:
    with pytest.raises(ScheduleError):
        TextSchedule.parse(source)
