"""What is sent to the editor of curves in the browser: plain values, ready for JSON."""

from typing import TypedDict


class KeyData(TypedDict):
    """A key for the browser; see `ShownKey`."""

    index: int
    frame: int
    time: str
    text: str
    ease: str | None
    value: float | None
    formula: bool


class CurveData(TypedDict):
    """A schedule of numbers for the browser: `low` and `high` are its range, `raw` its unclamped values."""

    path: str
    frames: list[int]
    values: list[float | None]
    raw: list[float | None] | None
    low: float | None
    high: float | None
    whole: bool
    keys: list[KeyData]
    keyCount: int


class SpanData(TypedDict):
    """A schedule of texts for the browser."""

    path: str
    keys: list[KeyData]
    keyCount: int


class NoteData(TypedDict):
    """A schedule that cannot be shown, and why."""

    path: str
    text: str


class BoardData(TypedDict):
    """All that the editor shows, but the sound.

    `window` has the first and last frame that it was made for, `order` the paths of the rows of numbers, with
    curves or notes. `beats` are the frames of the beats from number `firstBeat` on, each `beatStep` later.
    """

    version: int
    frames: int
    fps: float
    bpm: float | None
    beats: list[int]
    firstBeat: int
    beatStep: int
    window: tuple[int, int]
    order: list[str]
    curves: list[CurveData]
    spans: list[SpanData]
    notes: list[NoteData]
