"""Prompts of any text: dynamic prompts, keys, LoRA tags, attention, weights; our own errors, nothing else."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animator.errors import UserError
from animator.models.diffusion.prompts.editing import texts_by_step
from animator.models.diffusion.prompts.syntax import pieces, split_and, split_loras
from animator.presets.deforum.prompt_forms import keyed_prompts
from animator.presets.deforum.prompt_weights import with_and
from animator.presets.load import load
from animator.presets.subtitles import to_srt
from animator.settings import Animation
from animator.settings.wildcards import check, first_syntax, with_wildcards
from animator.timeline.timeline import Timeline
from schedules import Prompts, ScheduleError, Scope

WORDS = (
    *"{}|$_:=!@~()[]\\`#\n, -029ab/>\"'é𝒳\x00\ud800",
    *(
        "$$",
        "${",
        "__",
        "::",
        "=!",
        "?=",
        "`t`",
        "--neg",
        "AND",
        "BREAK",
        "0.5",
        "1-2",
        "color",
        "dir/*",
        "**/x",
    ),
    *("more", "loop", "..", "<lora:", "te=", '"0":', "0:"),
)
TEXTS = st.lists(st.sampled_from(WORDS), max_size=14).map("".join) | st.text(max_size=40)
VALUES = st.recursive(
    TEXTS | st.none() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("wildcards")
    (folder / "dir").mkdir()
    (folder / "color.txt").write_text("2::red\nblue\n{a|b}\n")
    (folder / "dir" / "x.txt").write_text("__color__\n${x:1}\n")
    (folder / "loop.txt").write_text("__loop__ __loop__\nend\n")
    (folder / "more.yaml").write_text("a: [b, {text: c, weight: 2}]\nd: {e: [f]}\n")
    return str(folder)


@given(text=TEXTS, seed=st.integers(0, 9))
def test_dynamic_prompts_are_chosen_or_refused(folder: str, text: str, seed: int) -> None:
    values: dict[str, Any] = {"prompts": {0: text}, "wildcard_folder": folder, "diffusion": {"seed": seed}}
    try:
        check(values, "prompts")
        film = with_wildcards(Animation(**values, frames=2, size=(64, 64)))
    except (UserError, ValueError):
        return
    assert with_wildcards(film).prompts.source == film.prompts.source
    for prompt in film.keyed_prompts.at(film.scope):
        for part in (prompt.positive, prompt.negative):
            assert not first_syntax(part)


@given(text=TEXTS)
def test_keyed_prompts_are_read_or_refused(text: str) -> None:
    with suppress(ScheduleError):
        Prompts.parse(text).at(Scope(3))
    with suppress(ScheduleError):
        Prompts.parse({0: text, 1: "b"}).at(Scope(3, compat=True))
    with suppress(ValueError):
        with_and(keyed_prompts(text, 10).prompts, {"prompt_weighting": True})


@given(text=TEXTS)
def test_the_text_encoders_syntax_takes_any_text(text: str) -> None:
    with suppress(UserError):
        text = split_loras(text)[0]
    for part, _ in split_and(text):
        assert len(texts_by_step(part, 3)) == 3
        assert "".join(piece.text or "" for piece in pieces(part)).__len__() <= len(part)


@given(text=TEXTS)
def test_a_film_with_any_prompt_has_plans_and_subtitles_or_is_refused(text: str) -> None:
    with suppress(UserError):
        film = load({"prompts": text, "frames": 2, "size": [64, 64], "output": {"subtitles": ["prompt"]}})
        assert to_srt(Timeline(film), film.output.subtitles)


@given(value=VALUES)
def test_prompts_of_any_shape_are_read_or_refused(value: Any) -> None:
    with suppress(UserError):
        load({"prompts": value, "frames": 2, "size": [64, 64]})
