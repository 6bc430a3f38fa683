"""Presets: their YAML, the values in them, overrides, and the presets they extend."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

import animator
from animator.errors import PresetError
from animator.presets import yaml_text
from animator.presets.load import dump
from animator.presets.subtitles import to_srt
from animator.timeline import table
from animator.timeline.lint import clamped_schedules, setting_warnings
from tests.fuzz.bounded import bounded
from tests.fuzz.damage import damaged
from tests.fuzz.trees import changed, places
from tests.fuzz.values import NUMBERS, REAL, TEXT, TEXTS, VALUE, nested

PRESETS = Path(__file__).parents[2] / "presets"
SMALL: dict[str, Any] = {"size": [64, 64], "frames": 6, "prompts": {"0": "a lake", "4": "fog"}}
FULL = animator.load(
    {
        **SMALL,
        "controlnet": [{"module": "canny", "model": "a/b"}],
        "steps": [{"use": "vignette", "start": "0:(0.5)", "at": "after"}],
        "output": {"subtitles": ["all"]},
    }
).plain()
EXAMPLES = tuple(path.read_bytes() for path in sorted(PRESETS.glob("*.yaml")))
LINES = (
    "extends: film.yaml", "a: &a [*a]", "<<: {frames: 3}", "frames: 0x10", "- 1", "? [1]\n: 2", "!!set {a}",
    "--- 2", "...", "%YAML 1.1", "size: &x 64\nfps: *x", "diffusion: {steps: 1, steps: 2}", "\tframes: 1",
    "frames: 12:30", "prompts: |", ">", "a: !!binary aGk=", "a: 2001-01-01", "'\\x'", '"\\x1b"',
    '"\\ud83d"', "{" * 90, "[" * 3000, "a: " * 40, "\x00", "\x85",
)  # fmt: skip
OTHERS = (b"bytes", {1, 2}, 1j, object, Path("x"), range(3), (1, (2,)), Exception("x"))
"""What YAML does not have, and a mapping from Python may."""
KEYS = [".".join(map(str, path)) for path in places(FULL) if all(isinstance(part, str) for part in path)]


def use(preset: Any, overrides: Any = ()) -> None:
    """Loads a preset and, if it is one, everything that `check` and `timeline` do with it."""
    film = animator.load(preset, overrides)
    assert animator.load(f"\n{dump(film)}").plain() == film.plain(), "the record of a run gives another film"
    list(clamped_schedules(film)), setting_warnings(film)
    if film.frames <= 200:
        timeline = animator.Timeline(film)
        json.loads(table.to_json(timeline))
        table.to_csv(timeline), table.to_table(timeline), to_srt(timeline)


@st.composite
def yaml_texts(draw: DrawFn) -> str:
    """Draws a preset with lines that are dropped, repeated, moved, replaced or given another value."""
    lines = draw(st.sampled_from(EXAMPLES)).decode().splitlines()
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        key, colon, _ = lines[at].partition(":")
        value = draw(st.sampled_from(NUMBERS) | st.sampled_from(TEXTS) | st.sampled_from(LINES))
        new = draw(
            st.sampled_from((f"{key}{colon} {value}", value, f"{key}: '{value}'", lines[0], f"  {lines[at]}"))
        )
        lines[at : at + draw(st.integers(0, 2))] = [new] * draw(st.integers(0, 2))
        lines = lines or [""]
    return "\n".join(lines)


def _broken_yaml() -> st.SearchStrategy[str]:
    bytes_changed = st.sampled_from(EXAMPLES).flatmap(damaged).map(lambda data: data.decode(errors="replace"))
    deep = st.sampled_from(
        (nested(400), nested(5_000), nested(900, "{a: ", "}"), "- " * 3_000, "a:\n " * 2_000)
    )
    return yaml_texts() | bytes_changed | deep


@given(_broken_yaml())
def test_yaml_is_read_or_refused(text: str) -> None:
    with bounded():
        document = yaml_text.read(text, "film.yaml")
        assert not (document.problems and document.values)
    with bounded(PresetError):
        animator.load(f"{text}\n", {"frames": 6, "size": 64})


@given(changed(FULL, VALUE | st.sampled_from(OTHERS)))
def test_settings_of_any_type_are_taken_or_refused(preset: Any) -> None:
    with bounded(PresetError):
        use(preset)


@given(
    st.lists(
        st.tuples(st.sampled_from(KEYS) | TEXT, TEXT | REAL.map(str) | st.sampled_from(LINES)), max_size=3
    )
)
def test_overrides_as_texts_are_taken_or_refused(pairs: list[tuple[str, str]]) -> None:
    with bounded(PresetError):
        use(SMALL, [f"{key}={value}" for key, value in pairs])


@given(st.dictionaries(st.sampled_from(KEYS) | TEXT, VALUE | st.sampled_from(OTHERS), max_size=3))
def test_overrides_as_values_are_taken_or_refused(overrides: dict[str, Any]) -> None:
    with bounded(PresetError):
        use(SMALL, overrides)


FILES = (
    "a.yaml",
    "b.yaml",
    "c.txt",
    "folder",
    "loop",
    "pipe",
    "zero",
    "sub/d.yaml",
    "missing.yaml",
    "a.yaml/x",
)


@given(
    bases=st.lists(st.sampled_from(FILES) | TEXT | VALUE, min_size=3, max_size=3),
    start=st.sampled_from(FILES) | st.sampled_from(TEXTS),
)
def test_presets_that_extend_others_are_read_or_refused(
    bases: list[Any], start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir(exist_ok=True)
    for name, base in zip(("a.yaml", "b.yaml", "sub/d.yaml"), bases, strict=True):
        plain = json.dumps({"frames": 3, "extends": base}, default=str, ensure_ascii=False)
        (tmp_path / name).write_bytes(plain.encode(errors="surrogatepass"))
    if not (tmp_path / "folder").exists():
        (tmp_path / "folder").mkdir()
        (tmp_path / "loop").symlink_to("loop")
        (tmp_path / "zero").symlink_to("/dev/zero")
        os.mkfifo(tmp_path / "pipe")
    with bounded(PresetError):
        animator.load(Path(start))
