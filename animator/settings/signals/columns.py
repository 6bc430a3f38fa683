"""Variables of formulas that are heard when they are first used: a film that uses none analyses no sound."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from animator.errors import AnimatorError, UserError
from animator.film.remote import local_file
from animator.film.sound import Sound
from animator.sound.signals import COLUMNS, Column, Placement, Signals
from schedules import ScheduleError

SOUND_SIGNALS = (*COLUMNS, "bass")
"""The variables of a sound."""
NEEDS_SOUND = "name one in `signals` or `sound.soundtrack_path`"


class UnheardError(UserError):
    """A variable has no values, because its sound cannot be heard; `Track.problem` says why."""


@dataclass(frozen=True)
class Track:
    """A sound as a film hears it.

    Attributes:
        sound: The sound, placed as the soundtrack is.
        placement: The frames of the film.
        smooth: Seconds over which levels, pitch and brightness are smoothed.
        per_bar: Beats in a bar.
    """

    sound: Sound
    placement: Placement
    smooth: float = 0.0
    per_bar: int = 4

    @property
    def is_heard(self) -> bool:
        """True once a variable of it was used."""
        return "_heard" in vars(self)

    @property
    def problem(self) -> str:
        """Why it cannot be heard; empty if it can, or if no variable of it was used yet."""
        return str(self._heard) if self.is_heard and isinstance(self._heard, AnimatorError) else ""

    @property
    def signals(self) -> Signals:
        """What is heard.

        Raises:
            UnheardError: It cannot be heard.
        """
        if isinstance(self._heard, AnimatorError):
            raise UnheardError(f"{self.sound.source}: cannot be heard")
        return self._heard

    @cached_property
    def _heard(self) -> "Signals | AnimatorError":
        try:
            self.sound.check()
            stat = Path(local_file(self.sound.source)).stat()
            return _hear(self, stat.st_mtime_ns, stat.st_size)
        except OSError as error:
            return AnimatorError(f"{self.sound.source}: cannot be read: {error.strerror}")
        except AnimatorError as error:
            return error


@lru_cache(maxsize=4)
def _hear(track: Track, changed: int, size: int) -> Signals:
    """Returns what is heard; `changed` and `size` tell the versions of a file apart."""
    from animator.sound.hear import hear  # computes tables for its analysis, which most films do without

    return hear(track.sound, track.placement, track.smooth, track.per_bar)


@dataclass(frozen=True, eq=False)
class LateColumn(ABC):
    """A variable whose values are made when a formula first asks for them.

    Attributes:
        name: The variable, such as `onset`.
        placement: The frames of the film.
    """

    name: str
    placement: Placement

    def __len__(self) -> int:
        return self.placement.frames

    def __getitem__(self, frames: Any) -> Any:
        return self.values[frames]

    @property
    def is_used(self) -> bool:
        """True once its values were asked for."""
        return "values" in vars(self)

    @cached_property
    def values(self) -> Column:
        """Its value at every frame."""
        return self._made()

    @abstractmethod
    def _made(self) -> Column:
        """Makes the values."""


@dataclass(frozen=True, eq=False)
class HeardColumn(LateColumn):
    """A variable of a sound.

    Attributes:
        track: The sound.
    """

    track: Track

    def _made(self) -> Column:
        return self.track.signals.columns()[self.name]


@dataclass(frozen=True, eq=False)
class MissingColumn:
    """A variable of sounds in a film that has none.

    Attributes:
        name: The variable.
        frames: Number of frames of the film.
    """

    name: str
    frames: int

    def __len__(self) -> int:
        return self.frames

    def __getitem__(self, frames: Any) -> Any:
        raise ScheduleError(f"`{self.name}` needs a sound", hint=NEEDS_SOUND)


def columns_of(track: Track, prefix: str = "") -> Mapping[str, HeardColumn]:
    """Returns the variables of a sound by name, with a prefix such as `drums_`."""
    return {prefix + name: HeardColumn(name, track.placement, track) for name in SOUND_SIGNALS}


def missing_columns(frames: int) -> Mapping[str, MissingColumn]:
    """Returns the variables that a film would have with a sound."""
    return {name: MissingColumn(name, frames) for name in SOUND_SIGNALS}
