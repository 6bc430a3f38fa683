"""Columns of tables as signals: by frame, or by time, in CSV or JSON."""

import json
from pathlib import Path

import numpy as np
import pytest

from animator.errors import UserError
from animator.sound.columns import Between, read_columns
from animator.sound.signals import Placement

FOUR = Placement(2, 4)
"""Frames at 0, 0.5, 1 and 1.5 s."""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "amp,note\n0.5,x\n1,y\n0.25,z\n"),
        ("a.csv", "note;amp\nx;0.5\ny;1e0\nz; 0.25\n"),
        ("a.json", '[{"amp": 0.5, "note": "x"}, {"amp": 1}, {"amp": 0.25}]'),
        ("a.json", '{"amp": [0.5, 1, 0.25], "note": ["x", "y", "z"]}'),
        (
            "a.json",
            '{"fps": 2, "frames": [{"amp": 0.5}, {"amp": 1}, {"amp": 0.25}]}',
        ),
    ],
)
def test_rows_are_frames_and_the_last_one_stays(tmp_path: Path, name: str, text: str) -> None:
    columns = read_columns(write(tmp_path, name, text), FOUR)
    assert list(columns) == ["amp"]
    assert columns["amp"].dtype == np.float64
    assert columns["amp"].tolist() == [0.5, 1.0, 0.25, 0.25]


@pytest.mark.parametrize(
    ("between", "expected"), [("interpolate", [2.0, 2.0, 3.0, 4.0]), ("hold", [2.0, 2.0, 2.0, 4.0])]
)
def test_rows_with_a_time_are_interpolated_or_held(
    tmp_path: Path, between: Between, expected: list[float]
) -> None:
    path = write(tmp_path, "a.csv", "time,amp\n0.5,2\n1.5,4\n")
    assert read_columns(path, FOUR, between)["amp"].tolist() == expected


def test_rows_with_a_frame_may_leave_frames_out(tmp_path: Path) -> None:
    columns = read_columns(write(tmp_path, "a.csv", "frame,amp\n0,1\n2,3\n"), FOUR)
    assert columns["amp"].tolist() == [1.0, 2.0, 3.0, 3.0]


def test_a_row_at_the_beginning_of_a_frame_counts_for_it_at_any_rate(tmp_path: Path) -> None:
    film = Placement(29.97, 300)
    rows = [{"time": round(float(time), 6), "n": n} for n, time in enumerate(film.edges[:-1])]
    path = write(tmp_path, "a.json", json.dumps(rows))
    assert read_columns(path, film, "hold")["n"].tolist() == list(range(300))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "amp\n0.5\nloud\n", "row 2 of the column 'amp' is 'loud'; expected a number"),
        ("a.csv", "amp\n0.5\nnan\n", "row 2 .* expected a number"),
        ("a.csv", "amp,b\n0.5,1\n,2\n", "row 2 of the column 'amp' is ''"),
        ("a.csv", "time,amp\n1,0\n0,1\n", "row 2: its time is not after"),
        ("a.csv", "frame,amp\n1,0\n1,1\n", "row 2: its frame is not after"),
        ("a.csv", "name\nx\n", "no column of numbers"),
        ("a.csv", "name\n", "no column of numbers"),
        ("a.json", "{", "is not JSON"),
        ("a.json", "3", "is no table; expected rows"),
        ("a.json", "[1, 2]", "is no table"),
        ("a.json", "[]", "is no table"),
        ("a.json", '{"amp": 3}', "is no table"),
        ("a.json", '{"amp": [1, 2], "b": [1]}', "1 to 2 values; expected as many each"),
        ("a.json", '{"amp": [true, false]}', "no column of numbers"),
        ("a.json", '[{"amp": 1}, {"b": 1}]', "row 2 of the column 'amp' is 'None'"),
        ("a.json", '{"amp": [1e999]}', "no column of numbers"),
        ("a.json", f"[{json.dumps({str(n): n for n in range(300)})}]", "too large; expected 256 columns"),
        ("a.csv", ",".join(map(str, range(300))), "300 columns; expected at most 256"),
        ("missing.csv", None, "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(
    tmp_path: Path, name: str, text: str | None, message: str
) -> None:
    if text is not None:
        write(tmp_path, name, text)
    with pytest.raises(UserError, match=message):
        read_columns(tmp_path / name, FOUR)
