"""Files of markers and of columns, in every format."""

import io
from pathlib import Path

import mido
from hypothesis import given
from hypothesis import strategies as st

from animator.errors import UserError
from animator.sound.columns import read_columns
from animator.sound.markers import read_markers
from animator.sound.signals import Placement
from tests.fuzz.bounded import bounded
from tests.fuzz.damage import damaged_files

LABELS = b"0.5\t0.5\tverse\n\\\t100\t200\n62.25\t70.0\tdrop\n"
TABLE = b"time,name,amp\n0.5,verse,1\n1.5,drop,0.25\n"
ROWS = b'[{"time": 0, "amp": 0.5}, {"time": 1, "amp": 1}]'
COLUMNS = b'{"frame": [0, 4], "amp": [0.5, 1]}'


def song() -> bytes:
    file = mido.MidiFile()
    file.tracks.append(
        mido.MidiTrack(
            (
                mido.MetaMessage("set_tempo", tempo=400_000),
                mido.MetaMessage("key_signature", key="C"),
                mido.MetaMessage("marker", text="drop", time=480),
                mido.Message("note_on", note=36, velocity=90, time=480),
                mido.Message("sysex", data=(1, 2, 3)),
            )
        )
    )
    data = io.BytesIO()
    file.save(file=data)
    return data.getvalue()


@given(data=damaged_files([LABELS, TABLE, song()]), suffix=st.sampled_from((".txt", ".csv", ".mid")))
def test_markers_are_read_or_refused(data: bytes, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"markers{suffix}"
    path.write_bytes(data)
    with bounded(UserError):
        assert all(marker.seconds >= 0.0 for marker in read_markers(path))


@given(data=damaged_files([song()]), channel=st.integers(0, 17))
def test_notes_are_read_or_refused(data: bytes, channel: int, tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(data)
    with bounded(UserError):
        assert all(marker.seconds >= 0.0 for marker in read_markers(path, channel))


@given(data=damaged_files([TABLE, ROWS, COLUMNS]), suffix=st.sampled_from((".csv", ".json")))
def test_columns_are_read_or_refused(data: bytes, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"table{suffix}"
    path.write_bytes(data)
    with bounded(UserError):
        columns = read_columns(path, Placement(24, 10))
        assert all(column.shape == (10,) for column in columns.values())
