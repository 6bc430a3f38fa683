"""What is heard in a sound as text: a summary, and tables of the signals by frame as CSV or JSON."""

import csv
import io
import json
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from animator.sound.analysis import Analysis
from animator.sound.rhythm import Beats, Onsets
from animator.sound.signals import Placement, Signals

_WIDTH = 100
_DIGITS = 6
_SURE = 0.5
"""Confidence from which a tempo is told without a word of doubt."""


def to_text(analysis: Analysis) -> str:
    """Returns a summary: the tempo with its confidence first, then length, beats, bars and onsets."""
    beats, onsets = analysis.beats, analysis.onsets
    lines = [*_tempo_lines(beats), f"duration: {analysis.features.seconds:.3f} s"]
    lines += _listed("beats", beats.times)
    lines += _listed("bars", beats.bars)
    lines += _listed("onsets", onsets.times)
    return "\n".join(lines) + "\n"


def to_csv(signals: Signals, placement: Placement) -> str:
    """Returns the signals of every frame as CSV with a header line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    rows = _rows(signals, placement)
    for number, row in enumerate(rows):
        if number == 0:
            writer.writerow(row)
        writer.writerow(row.values())
    return text.getvalue()


def to_json(signals: Signals, placement: Placement) -> str:
    """Returns tempo, beats, bars, onsets and the signals of every frame as JSON."""
    beats, onsets = signals.beats, signals.onsets
    value = {
        "bpm": _rounded(beats.bpm),
        "confidence": _rounded(beats.confidence),
        "sections": [{"start": _rounded(one.start), "bpm": _rounded(one.bpm)} for one in beats.sections],
        "seconds": _rounded(float(placement.edges[-1])),
        "fps": _rounded(float(placement.rate)),
        "beats": [_rounded(time) for time in beats.times],
        "bars": [_rounded(time) for time in beats.bars],
        "onsets": _onset_rows(onsets),
        "frames": list(_rows(signals, placement)),
    }
    return json.dumps(value, indent=1) + "\n"


def _tempo_lines(beats: Beats) -> Iterator[str]:
    if not len(beats.times):
        yield "tempo: none is heard"
        return
    doubt = "" if beats.confidence >= _SURE else ": the beats may be wrong"
    yield f"tempo: {beats.bpm:.2f} bpm (confidence {beats.confidence:.2f}{doubt})"
    if len(beats.sections) > 1:
        changes = ", ".join(f"{one.bpm:.2f} bpm from {one.start:.3f} s" for one in beats.sections)
        yield from textwrap.wrap(f"tempo changes: {changes}", _WIDTH, subsequent_indent="  ")


def _listed(name: str, times: Iterable[float]) -> list[str]:
    found = [f"{time:.3f}" for time in times]
    text = f"{name}: {len(found)}" + (f", in seconds: {' '.join(found)}" if found else "")
    return textwrap.wrap(text, _WIDTH, subsequent_indent="  ")


def _onset_rows(onsets: Onsets) -> list[dict[str, float]]:
    pairs = zip(onsets.times, onsets.strengths, strict=True)
    return [{"time": _rounded(time), "strength": _rounded(strength)} for time, strength in pairs]


def _rows(signals: Signals, placement: Placement) -> Iterator[dict[str, Any]]:
    columns = signals.columns()
    for frame, begin in enumerate(placement.edges[:-1]):
        values = {name: _rounded(column[frame]) for name, column in columns.items()}
        yield {"frame": frame, "time": _rounded(begin), **values}


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS)
