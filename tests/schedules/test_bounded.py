"""Hostile input: a quick error, little memory, never anything but our own error."""

import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules import Prompts, Schedule, ScheduleError, Scope, TextSchedule

HOSTILE: dict[str, Callable[[], Any]] = {
    "huge power": lambda: "0:(9**9**9)",
    "huge power of a power": lambda: "0:(9**9**9**9)",
    "huge shift": lambda: "0:(1<<99999999999)",
    "huge number": lambda: "9" * 999_999,
    "ten megabytes": lambda: "0:(" + "1+" * 5_000_000 + "1)",
    "a million keys": lambda: ", ".join(["0:(1)"] * 1_000_000),
    "many keys": lambda: ", ".join(f"{i}:(1)" for i in range(60_000)),
    "many formulas": lambda: ", ".join(f"{i}:(t+{i})" for i in range(20_000)),
    "many formulas as keys": lambda: ", ".join(f"max_f-{i}:(1)" for i in range(20_000)),
    "deep brackets": lambda: "0:(" + "(" * 100_000 + "t" + ")" * 100_000 + ")",
    "deep calls": lambda: "0:(" + "sin(" * 1_000 + "t" + ")" * 1_000 + ")",
    "signs": lambda: "0:(" + "-" * 9_000 + "t)",
    "nots": lambda: "0:(" + "not " * 2_000 + "t>1)",
    "powers": lambda: "0:(" + "**".join(["t"] * 3_000) + ")",
    "functions of the whole film": lambda: "0:(sum(" + ",".join(["smooth(t,9)"] * 500) + "))",
    "nested functions of the whole film": lambda: "0:(" + "smooth(" * 59 + "1/t" + ",1e9)" * 59 + ")",
    "sums": lambda: "0:(" + "+".join(["t"] * 4_900) + ")",
    "choices": lambda: "0:(" + "1 if t else " * 700 + "2)",
    "colons": lambda: ":" * 900_000,
    "commas": lambda: "," * 900_000,
    "quotes": lambda: "0:(" + '"' * 900_000,
    "forgotten commas": lambda: "0:(1) " * 100_000,
    "words": lambda: "0:1" + " a" * 400_000,
    "a far key": lambda: "9" * 400 + ":(1)",
    "an import": lambda: "0:(__import__('os').system('true'))",
    "an attribute": lambda: "0:(t.__class__.__mro__)",
    "a comprehension": lambda: "0:([c for c in ().__class__.__base__.__subclasses__()])",
    "a walrus": lambda: "0:((t:=5))",
    "a formatted string": lambda: "0:(f'{t}')",
    "a null": lambda: "0:(\0)",
    "a mapping of a million": lambda: dict.fromkeys(range(1_000_000), 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_schedule_is_rejected_quickly_and_cheaply(name: str) -> None:
    source = HOSTILE[name]()
    tracemalloc.start()
    begun = time.process_time()
    with pytest.raises(ScheduleError) as caught:
        Schedule.parse(source).values(Scope(1_000))
    spent = time.process_time() - begun
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(str(caught.value)) < 2_000
    # Not a measurement of speed: what is not bounded takes minutes or gigabytes here.
    assert spent < 20
    assert peak < 100 * 2**20


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_text_or_rejected(name: str) -> None:
    if name == "a mapping of a million":
        pytest.skip("not a text")
    try:
        texts = TextSchedule.parse(HOSTILE[name]()).values(Scope(3))
    except ScheduleError:
        return
    assert len(texts) == 3


@pytest.mark.parametrize("source", ["{a|" * 30_000, "{a|b}" * 15_000, "`" * 90_000, "{" * 90_000])
def test_hostile_prompts_are_bounded(source: str) -> None:
    with suppress(ScheduleError):
        assert len(Prompts.parse(source).at(Scope(3))) == 3


PIECES = st.sampled_from([
    *("0", "1", "30", "2.5", "1e3", "9**9", "0x1F", "5s", "50%", "8b", "t", "max_f", "s", "fps", "pi", "e"),
    *("i", "sin(", "cos(", "min(", "where(", "max(", "clip(", "(", ")", ",", ":", ";", "=", "'", '"', "`"),
    *("smooth(", "peak(", "since(", "saw(", "2bar"),
    *(".", "_"),
    *("+", "-", "*", "/", "//", "%", "**", "<", ">", "<=", "==", "!=", "&", "|", "^", "~", "<<", ">>", "!"),
    *("and", "or", "not", "if", "else", "hold", "bounce", "loop", "mirror", "[", "]", "{", "}", "\n", "\t"),
])  # fmt: skip
TEXTS = st.one_of(
    st.lists(PIECES, max_size=14).map("".join),
    st.lists(PIECES, max_size=14).map(" ".join),
    st.lists(PIECES, min_size=1, max_size=5).map(lambda pieces: f"0:({''.join(pieces)}), 30:(1)"),
    st.text(max_size=30),
)


@settings(max_examples=250, deadline=None)
@given(TEXTS, st.booleans())
def test_any_text_gives_numbers_or_our_error(text: str, compat: bool) -> None:
    try:
        schedule = Schedule.parse(text)
        values = schedule.values(Scope(7, seed=3, bpm=120, compat=compat))
        schedule.warnings(Scope(7, seed=3, bpm=120, compat=compat))
        schedule.key_frames(Scope(7, bpm=120))
    except ScheduleError as error:
        assert str(error)
        return
    assert values.shape == (7,)
    assert schedule.source == text


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.booleans())
def test_any_text_gives_texts_and_prompts_or_our_error(text: str, compat: bool) -> None:
    scope = Scope(5, compat=compat)
    with suppress(ScheduleError):
        assert len(TextSchedule.parse(text).values(scope)) == 5
    with suppress(ScheduleError):
        assert len(Prompts.parse({0: text, 3: "b"}).morphing().at(scope)) == 5
    with suppress(ScheduleError):
        assert len(Prompts.parse(text).at(scope)) == 5


NUMBERS = st.floats(-1e6, 1e6).map(lambda x: round(x, 4))
CURVES = st.dictionaries(st.integers(-20, 60), NUMBERS, min_size=1, max_size=6)


@settings(max_examples=100, deadline=None)
@given(CURVES, st.integers(1, 40))
def test_numbers_are_joined_by_straight_lines(keys: dict[int, float], frames: int) -> None:
    import numpy as np

    text = ", ".join(f"{frame}:({value:.4f})" for frame, value in keys.items())
    expected = np.interp(np.arange(frames), sorted(keys), [keys[key] for key in sorted(keys)])
    for source in (text, keys):
        np.testing.assert_allclose(
            Schedule.parse(source).values(Scope(frames)), expected, rtol=1e-9, atol=1e-9
        )


@settings(max_examples=60, deadline=None)
@given(CURVES, st.sampled_from(["linear", "hold", "cubic", "ease_in_out", "sine_in", "circ_out"]))
def test_easings_without_overshoot_stay_between_the_keys(keys: dict[int, float], ease: str) -> None:
    values = Schedule.parse({k: {"value": v, "ease": ease} for k, v in keys.items()}).values(Scope(50))
    slack = 1e-6 * (1 + max(map(abs, keys.values())))
    assert min(keys.values()) - slack <= values.min() <= values.max() <= max(keys.values()) + slack
