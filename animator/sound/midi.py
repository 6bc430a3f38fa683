"""Named times of MIDI files, by their tempo: markers, cue points and notes. The package mido reads them."""

import io
import struct
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from animator.core.read import UnreadableError, read_bytes
from animator.errors import UserError

MAX_BYTES = 400_000
"""mido takes up to two seconds for so many."""
_NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_USUAL_TEMPO = 500_000
"""Microseconds per quarter note where a file does not say: 120 bpm."""
Event = tuple[int, Any]
"""Ticks from the beginning, and mido's message."""


def midi_events(path: Path, channel: int | None = None) -> Iterator[tuple[str, float]]:
    """Yields the names and seconds of a MIDI file's events.

    Args:
        path: The file.
        channel: 1 to 16 for the notes of that channel, named such as `C4` (60); None for markers and cue
            points.

    Raises:
        UserError: The file cannot be read, is too large or damaged; there is no such channel; or mido is not
            installed.
    """
    if channel is not None and not 1 <= channel <= 16:
        raise UserError(f"{path}: a MIDI file has no channel {channel}; expected 1 to 16")
    file = _read(path)
    if file.type == 2:
        raise UserError(f"{path}: holds several songs (MIDI format 2); expected one, format 0 or 1")
    events = sorted(_events(file), key=lambda event: event[0])
    yield from _named(events, _Clock(path, file.ticks_per_beat), channel)


def _read(path: Path) -> Any:
    if find_spec("mido") is None:
        raise UserError(
            f"{path}: MIDI files need the package mido; install it with pip install 'animator[music]'"
        )
    import mido

    try:
        data = read_bytes(path, MAX_BYTES)
    except UnreadableError as error:
        raise UserError(f"{path}: {error}") from error
    try:
        return mido.MidiFile(file=io.BytesIO(data), clip=True)
    except (OSError, EOFError, ValueError, LookupError, struct.error, mido.KeySignatureError) as error:
        raise UserError(
            f"{path}: is no MIDI file that can be read: {error or 'it ends too early'}"
        ) from error


def _events(file: Any) -> Iterator[Event]:
    for track in file.tracks:
        ticks = 0
        for message in track:
            ticks += message.time
            yield ticks, message


class _Clock:
    """Turns ticks into seconds, in order.

    Args:
        path: The file, for messages.
        division: Its ticks per quarter note; below 0 ticks of a fixed length, as SMPTE time code has them.

    Raises:
        UserError: There are no ticks in a quarter note.
    """

    def __init__(self, path: Path, division: int) -> None:
        frames_per_s, ticks_per_frame = -(division >> 8), division & 0xFF
        self._fixed = 1.0 / (frames_per_s * ticks_per_frame) if division < 0 and ticks_per_frame else None
        if division == 0 or (division < 0 and self._fixed is None):
            raise UserError(f"{path}: is no MIDI file that can be read: its beats have no length")
        self._division = division
        self._tick_s = self._fixed or _USUAL_TEMPO / 1e6 / division
        self._ticks = 0
        self._seconds = 0.0

    def at(self, ticks: int) -> float:
        """Returns the seconds of some ticks, which are not before those of the last call."""
        self._seconds += (ticks - self._ticks) * self._tick_s
        self._ticks = ticks
        return self._seconds

    def change(self, tempo: int) -> None:
        """Sets the microseconds per quarter note from here on."""
        self._tick_s = self._fixed or tempo / 1e6 / self._division


def _named(events: list[Event], clock: _Clock, channel: int | None) -> Iterator[tuple[str, float]]:
    for ticks, message in events:
        seconds = clock.at(ticks)
        if message.type == "set_tempo":
            clock.change(message.tempo)
        elif channel is None and message.type in ("marker", "cue_marker"):
            yield _text(message.text), seconds
        elif message.type == "note_on" and message.velocity > 0 and message.channel + 1 == channel:
            yield f"{_NOTES[message.note % 12]}{message.note // 12 - 1}", seconds


def _text(text: str) -> str:
    """Returns a name, which mido reads as Latin-1, in UTF-8 where it is that."""
    try:
        return text.encode("latin-1").decode().strip()
    except UnicodeError:
        return text.strip()
