"""Schedules: texts of numbers and names by frame, formulas, easings, keys."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from schedules import EASINGS, Prompts, Schedule, ScheduleError, Scope, TextSchedule
from schedules.film_functions import FILM_FUNCTIONS
from schedules.operations import FUNCTIONS
from tests.fuzz.bounded import bounded
from tests.fuzz.damage import damaged
from tests.fuzz.trees import changed
from tests.fuzz.values import NUMBERS, TEXT, VALUE

NAMES = ("t", "s", "fps", "bpm", "max_f", "pi", "e", "i", "x", "self", "__import__", "where", "True")
CALLED = (*FUNCTIONS, *FILM_FUNCTIONS, "where", "min", "eval")
OPERATORS = (
    "+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "<", "<=", "==", "!=", " and ", " or ",
    ",", "=", ":", ".",
)  # fmt: skip
SCOPES = st.builds(
    Scope,
    frames=st.sampled_from((1, 2, 9, 120)),
    seed=st.sampled_from((0, 7, 2**32, 2**63)),
    fps=st.sampled_from((1e-6, 0.5, 15.0, 1e6)),
    bpm=st.sampled_from((None, 1e-6, 120.0, 1e9)),
    compat=st.booleans(),
    first_beat=st.sampled_from((0.0, -1e9, 0.25)),
    beats=st.sampled_from(((), (0.0, 1e-9), (0.5, 1.0, 3.0))),
)
WHOLE_SCHEDULES: tuple[Any, ...] = (
    {"0": 1.0, "2s": "1+0.1*sin(t)", "90": {"value": 0.5, "ease": "bounce"}, "after": "loop"},
    {"0": "a cat", "4b": "a dog", "max_f/2": "fog", "after": "mirror"},
    {0: 1, 50: 2, "50%": "(t)", "after": "hold"},
)
VALID = (
    "0:(1.02), 60:(1+0.1*sin(t/10))",
    '0:("Euler a"), 30:("DDIM"), after: loop',
    "0:(1) ease_in_out, 2s:(min(t,5)), 50%: (where(t<10,1,2)), loop",
    "0:(smooth(t, 0.5)), 2bar:(remap(peak(sin(t), 0.5, 1), 0, 1, wiggle(2), saw(1)))",
    "0:(abs(-3)**2 % 7), max_f-1:((0xff & 3) << 2) bounce_in",
    "'0': '(1)' ; \"12\": 2 mirror",
)


def formulas() -> st.SearchStrategy[str]:
    """Returns a strategy for texts that look like formulas; most are not."""
    leaf = st.sampled_from((*NAMES, *NUMBERS)) | st.integers(-9, 99).map(str)
    return st.recursive(
        leaf,
        lambda inner: (
            st.tuples(inner, st.sampled_from(OPERATORS), inner).map("".join)
            | st.tuples(st.sampled_from(CALLED), st.lists(inner, max_size=4)).map(
                lambda call: f"{call[0]}({','.join(call[1])})"
            )
            | inner.map(lambda text: f"({text})")
            | inner.map(lambda text: f"-{text}")
            | st.tuples(inner, inner, inner).map(lambda parts: f"{parts[0]} if {parts[1]} else {parts[2]}")
        ),
        max_leaves=12,
    )


@st.composite
def keyed_texts(draw: DrawFn) -> str:
    """Draws keys with values, and marks between them that may be wrong."""
    values = formulas() | TEXT
    parts: list[str] = []
    for _ in range(draw(st.integers(1, 5))):
        key = draw(
            st.integers(-5, 200).map(str)
            | st.sampled_from(("2s", "4b", "2bar", "50%", "max_f/2", "t"))
            | values
        )
        ease = draw(st.sampled_from(("", "", " bounce", " bouce", *(f" {name}" for name in EASINGS))))
        parts.append(f"{key}{draw(st.sampled_from((':', ':', '::', '', '：')))}({draw(values)}){ease}")
    text = draw(st.sampled_from((", ", ",", ";", "", "\n"))).join(parts)
    return text + draw(st.sampled_from(("", "", ", loop", ", mirror", ",,,", ")", '"')))


def _damaged_text(text: str) -> st.SearchStrategy[str]:
    return damaged(text.encode()).map(lambda data: data.decode("utf-8", "surrogateescape"))


def _texts() -> st.SearchStrategy[str]:
    damage = st.sampled_from(VALID).flatmap(lambda text: damaged(text.encode()))
    return (
        keyed_texts() | formulas() | damage.map(lambda data: data.decode("utf-8", "surrogateescape")) | TEXT
    )


def _sources() -> st.SearchStrategy[Any]:
    return _texts() | st.sampled_from(WHOLE_SCHEDULES).flatmap(lambda tree: changed(tree, VALUE | formulas()))


@given(_sources(), SCOPES)
def test_a_schedule_of_numbers_is_read_or_refused(source: Any, scope: Scope) -> None:
    with bounded(ScheduleError):
        schedule = Schedule.parse(source)
        assert Schedule.parse(schedule.source) == schedule
        schedule.warnings(scope, expected=(0, 1))
        assert len(schedule.values(scope)) == scope.frames


@given(_sources(), SCOPES)
def test_a_schedule_of_texts_is_read_or_refused(source: Any, scope: Scope) -> None:
    with bounded(ScheduleError):
        schedule = TextSchedule.parse(source)
        assert TextSchedule.parse(schedule.source) == schedule
        schedule.warnings(scope)
        assert len(schedule.values(scope)) == scope.frames


PROMPTS: tuple[Any, ...] = (
    {
        "0": "a lake",
        "4b": {"text": "fog `t/2`", "negative": "rain", "ease": "linear"},
        "max_f/2": "x --neg y",
        "morph": "linear",
    },
    {0: "(a cat:1.2) AND a dog :0.5", "50%": "{red|blue} `max_f`", "2s": 7},
    ["a lake", "fog", {"text": "rain"}],
    '{"0": "a lake", "12": "fog"}',
    '"0": "a lake", "4b": "fog"',
)


@given(
    st.sampled_from(PROMPTS).flatmap(
        lambda tree: changed(tree) if not isinstance(tree, str) else _damaged_text(tree)
    )
    | formulas().map(lambda text: f"a lake `{text}` --neg `{text}`")
    | TEXT,
    formulas().map(lambda text: f"`{text}`") | TEXT,
    SCOPES,
)
def test_prompts_are_read_or_refused(source: Any, part: str, scope: Scope) -> None:
    with bounded(ScheduleError):
        prompts = Prompts.parse(source, prefix=part, suffix="fog", negative=part)
        prompts.warnings(scope)
        assert len(prompts.at(scope)) == scope.frames
