"""The schedules of a film: which there are, which the film sets, and which are shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from animator.settings import Animation
from animator.studio.written import ABSENT, WrittenSettings
from animator.timeline.columns import schedule_fields
from schedules import Schedule, ScheduleError, TextSchedule

PROMPTS = "prompts"
"""The path of the prompts, which are shown with the schedules."""
ALWAYS = ("diffusion.strength", "motion.zoom")
"""Shown even where the film neither sets nor changes them."""
MOST_SET = 24
"""A film that sets more schedules lists all of them: those that stay at their defaults are then left out."""


@dataclass(frozen=True)
class Entry:
    """A schedule of a film.

    Attributes:
        path: Its setting, such as `motion.zoom`.
        is_text: True for texts by frame, such as samplers and prompts.
        is_set: True if the film sets it, itself or by a preset that it extends.
        shows: True if it is shown unless a person hides it.
    """

    path: str
    is_text: bool
    is_set: bool
    shows: bool

    @property
    def group(self) -> str:
        """The group of settings that it is in, such as `motion`."""
        return self.path.partition(".")[0]


@dataclass(frozen=True)
class Choice:
    """What a person has chosen to see: more, and less, than is shown anyway.

    Attributes:
        added: Paths of schedules that are shown, too.
        hidden: Paths of schedules that are not.
    """

    added: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()

    def showing(self, path: str) -> "Choice":
        """Returns the choice with a schedule shown."""
        return Choice(self.added | {path}, self.hidden - {path})

    def hiding(self, path: str) -> "Choice":
        """Returns the choice with a schedule hidden."""
        return Choice(self.added - {path}, self.hidden | {path})

    def shows(self, entry: Entry) -> bool:
        """Returns True if a schedule is shown."""
        return entry.path in self.added or (entry.shows and entry.path not in self.hidden)


DEFAULT_CHOICE = Choice()


def entries_of(film: Animation, written: WrittenSettings) -> tuple[Entry, ...]:
    """Returns the schedules of a film in the order of its settings; the prompts are the last.

    Args:
        film: The film.
        written: Its settings as written.
    """
    schedules = schedule_fields(film)
    is_set = {path: written.value(tuple(path.split("."))) is not ABSENT for path in schedules}
    lists_all = sum(is_set.values()) > MOST_SET
    defaults = schedule_fields(Animation()) if lists_all else {}

    def shows(path: str, schedule: Schedule | TextSchedule) -> bool:
        if path in ALWAYS:
            return True
        if is_set[path]:
            return not lists_all or schedule != defaults.get(path)
        return _changes(schedule, film)

    numbers_first = sorted(schedules.items(), key=lambda item: isinstance(item[1], TextSchedule))
    entries = [
        Entry(path, isinstance(schedule, TextSchedule), is_set[path], shows(path, schedule))
        for path, schedule in numbers_first
    ]
    return (*entries, Entry(PROMPTS, is_text=True, is_set=PROMPTS in written.values, shows=True))


def grouped(entries: Sequence[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """Yields the schedules that the film sets, under the empty name, and the others by their groups."""
    if own := [entry for entry in entries if entry.is_set]:
        yield "", own
    others = [entry for entry in entries if not entry.is_set]
    for group in dict.fromkeys(entry.group for entry in others):
        yield group, [entry for entry in others if entry.group == group]


def _changes(schedule: Schedule | TextSchedule, film: Animation) -> bool:
    """Returns True if a schedule that the film does not set has more than one value."""
    if isinstance(schedule, TextSchedule):
        return len(schedule.keys_for(film.scope)) > 1
    try:
        return bool(np.ptp(schedule.values(film.scope)) > 0)
    except ScheduleError:  # its own row says what is wrong
        return True
