"""Timelines: every value of every frame as text."""

import csv
import io
import json

import numpy as np
import pytest

from schedules import Schedule, ScheduleError, Scope, TextSchedule
from schedules.timeline import TimelineFormat, timeline

SCOPE = Scope(3)
SERIES = {
    "zoom": Schedule.parse("0:(1.0025+t/3)").values(SCOPE),
    "sampler": TextSchedule.parse('0:("Euler a"), 1:("DPM++ 2M, Karras")').values(SCOPE),
    "seed": (7, 8, 9),
}


def test_a_table_is_aligned() -> None:
    assert timeline(SERIES).splitlines() == [
        "frame     zoom  sampler           seed",
        "    0   1.0025  Euler a              7",
        "    1  1.33583  DPM++ 2M, Karras     8",
        "    2  1.66917  DPM++ 2M, Karras     9",
    ]


def test_csv_and_json_are_exact() -> None:
    rows = list(csv.DictReader(io.StringIO(timeline(SERIES, "csv"))))
    assert [float(row["zoom"]) for row in rows] == SERIES["zoom"].tolist()
    assert rows[1]["sampler"] == "DPM++ 2M, Karras"
    objects = json.loads(timeline(SERIES, TimelineFormat.JSON))
    assert [entry["zoom"] for entry in objects] == SERIES["zoom"].tolist()
    assert objects[2] == {"frame": 2, "zoom": objects[2]["zoom"], "sampler": "DPM++ 2M, Karras", "seed": 9}


def test_long_texts_are_cut_in_the_table_only() -> None:
    prompts = {"prompt": ["a lake " * 20]}
    assert len(timeline(prompts).splitlines()[1]) < 60
    assert json.loads(timeline(prompts, "json"))[0]["prompt"] == "a lake " * 20


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(ScheduleError, match="different numbers of frames"):
        timeline({"a": np.zeros(3), "b": np.zeros(4)})
    with pytest.raises(ScheduleError, match="unknown timeline format"):
        timeline(SERIES, "xml")
    assert timeline({}, "json") == "[\n\n]\n"
