"""The beats of a steady tempo as variables of formulas, where the film's `bpm` is a number."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from animator.settings.signals.columns import LateColumn
from animator.sound.phases import ROUNDING_S
from animator.sound.signals import Column, Placement


@dataclass(frozen=True)
class SteadyTempo:
    """Beats of one length.

    Attributes:
        bpm: Beats per minute.
        first_beat: Time of the first one in seconds.
        beats_per_bar: Beats in a bar.
    """

    bpm: float
    first_beat: float
    beats_per_bar: int

    def columns(self, placement: Placement) -> Mapping[str, "SteadyColumn"]:
        """Returns the variables `beat`, `beat_phase` and `bar_phase`."""
        names = ("beat", "beat_phase", "bar_phase")
        return {name: SteadyColumn(name, placement, self) for name in names}


@dataclass(frozen=True, eq=False)
class SteadyColumn(LateColumn):
    """A variable of a steady tempo; as those of a sound, it is 0 before the first beat.

    Attributes:
        tempo: The tempo.
    """

    tempo: SteadyTempo

    def _made(self) -> Column:
        beats = self.tempo.beats_per_bar if self.name == "bar_phase" else 1
        # Films may have more beats than frames, so these are counted and not listed.
        length_s = beats * 60.0 / self.tempo.bpm
        since = self.placement.edges - self.tempo.first_beat
        begun = np.maximum(np.ceil((since - ROUNDING_S) / length_s), 0.0)
        has_event = begun[1:] > begun[:-1]
        if self.name == "beat":
            return has_event.astype(np.float64)
        passed = (since[:-1] + ROUNDING_S) / length_s
        return np.where(has_event | (passed < 0.0), 0.0, passed % 1.0)
