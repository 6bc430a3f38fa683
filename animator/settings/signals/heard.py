"""`Heard`: the values that a film's formulas and keys know beside its settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from animator.settings.signals.columns import LateColumn, MissingColumn
from animator.sound.signals import Column
from schedules.scope import Signal


@dataclass(frozen=True, eq=False)
class Heard:
    """What a film knows of sounds, tables, beats and markers.

    Equal where the values in use are equal.

    Attributes:
        signals: Variables of formulas by name.
        given: Names of those that are given from Python.
        bpm: Beats per minute that are heard; None if none are to be.
        confidence: How sure they are, 0 to 1.
        beats: The time of each beat that is heard, from the one on which counting begins, in seconds.
        markers: Named times in seconds.
    """

    signals: Mapping[str, Signal] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    bpm: float | None = None
    confidence: float = 0.0
    beats: tuple[float, ...] = ()
    markers: Mapping[str, float] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Heard):
            return NotImplemented
        return not self.changes(other) and self.markers == other.markers

    __hash__ = None  # type: ignore[assignment]

    @property
    def used(self) -> Mapping[str, Column]:
        """The variables in use, with their values."""
        return {
            name: column for name, signal in self.signals.items() if (column := _used(signal)) is not None
        }

    @property
    def own(self) -> Mapping[str, Column]:
        """The variables that are given from Python."""
        return {name: np.asarray(self.signals[name], dtype=np.float64) for name in self.given}

    def with_beats(self, bpm: float, confidence: float, beats: tuple[float, ...]) -> "Heard":
        """Returns the same with beats."""
        return replace(self, bpm=bpm, confidence=confidence, beats=beats)

    def of_scope(self, bpm: float | None, first_beat: float | None, beats_per_bar: int) -> Mapping[str, Any]:
        """Returns the parts of a film's scope that say what it hears.

        Args:
            bpm: Its tempo; None for none.
            first_beat: The time of beat 0 in seconds; None for its beginning.
            beats_per_bar: Beats in a bar.
        """
        return {
            "bpm": bpm,
            "first_beat": first_beat or 0.0,
            "beats_per_bar": beats_per_bar,
            "beats": self.beats,
            "signals": self.signals,
            "markers": self.markers,
        }

    def changes(self, other: "Heard") -> list[str]:
        """Returns the names of the variables whose values differ from those of another; `beats` is one."""
        mine, others = self.used, other.used
        changed = [name for name in mine if name in others and not np.array_equal(mine[name], others[name])]
        return changed + ([] if self.beats == other.beats else ["beats"])


def _used(signal: Signal) -> Column | None:
    """Returns the values of a variable; None of one that is not in use."""
    if isinstance(signal, LateColumn):
        return signal.values if signal.is_used else None
    return None if isinstance(signal, MissingColumn) else np.asarray(signal, dtype=np.float64)
