"""Presets that hear hostile files: only our errors, in bounded time and memory."""

import io
import wave
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animator.errors import PresetError
from animator.presets.load import load
from tests.fuzz.bounded import bounded
from tests.fuzz.damage import damaged_files


def song() -> bytes:
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(range(256)) * 20)
    return data.getvalue()


FILES = {
    "song.wav": song(),
    "table.csv": b"time,amp,1e9\n0.5,1,2\n1.5,0.25,nan\n",
    "table.json": b'{"frame": [0, 4], "amp": [0.5, 1e308]}',
    "labels.txt": b"0.5\t0.5\tverse\n62.25\t70.0\tdrop\n",
}
NAMES = ("onset", "a_amp", "a_1e9", "drop", "t")


def film(**settings: Any) -> None:
    with bounded(PresetError):
        load({"size": [64, 64], "frames": 8, **settings})


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
def test_a_damaged_file_is_heard_or_is_a_problem_of_the_preset(
    name: str, data: st.DataObject, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(data.draw(damaged_files([FILES[name]])))
    used = data.draw(st.sampled_from(NAMES))
    named = {"markers": str(path)} if name == "labels.txt" else {"signals": {"a": str(path)}}
    film(motion={"angle": f"0:({used})"}, bpm="auto", **named)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("signals", "markers", "bpm", "first_beat", "beats_per_bar", "cuts", "cuts_apart"), PLAIN
        ),
    )
)
def test_any_value_of_the_settings_that_hear_is_taken_or_a_problem(settings: dict[str, Any]) -> None:
    film(motion={"angle": "0:(0), 2b:(1)"}, **settings)
