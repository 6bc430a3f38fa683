"""`Markers`: named times of a film, which keys may have: a mapping, or a file of another program."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, ClassVar

from animator.core.confinement import named_path
from animator.errors import UserError
from animator.settings.fields import ParsedField
from animator.settings.paths import PathSetting
from animator.settings.signals.names import Known
from animator.sound.markers import read_markers
from schedules import ScheduleError
from schedules.scope import check_marker
from schedules.sources import Frozen, freeze, thaw

MOST_MARKERS = 1_000
_EXPECTED = "expected seconds by name, such as {drop: 62.5}, or a file of labels (.txt, .csv, .mid)"
_OTHER = re.compile(r"[^A-Za-z0-9_]+")


@dataclass(frozen=True)
class Markers:
    """Named times of a film. Equal where the sources are equal.

    Attributes:
        frozen: The source in hashable form: a mapping of names to seconds, or the path of a file.
        named: Time in seconds by name; empty for a file.
    """

    frozen: Frozen
    named: Mapping[str, float] = field(default_factory=dict, compare=False, hash=False)

    @classmethod
    def parse(cls, source: Any) -> "Markers":
        """Parses markers.

        Raises:
            ScheduleError: They are neither a mapping of names to seconds nor a path.
        """
        if isinstance(source, str):
            return cls(source)
        if not isinstance(source, Mapping):
            raise ScheduleError(f"is {source!r:.80}", hint=_EXPECTED)
        if len(source) > MOST_MARKERS:
            raise ScheduleError(f"has {len(source)} markers; expected at most {MOST_MARKERS}")
        for name, seconds in source.items():
            check_marker(str(name), _seconds(name, seconds))
        return cls(freeze(source), {str(name): float(seconds) for name, seconds in source.items()})

    @property
    def source(self) -> Any:
        """The markers as written, ready for YAML."""
        return thaw(self.frozen)

    @property
    def file(self) -> str:
        """The path of their file; empty where they are written in the preset."""
        return self.frozen if isinstance(self.frozen, str) else ""


def _seconds(name: Any, value: Any) -> float:
    is_time = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not is_time:
        raise ScheduleError(f"{name!r:.80} is at {value!r:.80}; expected a time in seconds, such as 62.5")
    return float(value)


class _MarkersField(ParsedField):
    """Marks the field of markers."""

    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": ["object", "string"],
        "description": "seconds by name, or the path of a file",
        "additionalProperties": {"type": "number"},
    }

    def parse(self, value: Any, known: Known) -> Markers:
        """Parses markers."""
        return value if isinstance(value, Markers) else Markers.parse(value)


MarkersSetting = Annotated[Markers, _MarkersField(), PathSetting("times")]
NO_MARKERS = Markers.parse({})


def times_of(markers: Markers, taken: Iterable[str]) -> Mapping[str, float]:
    """Returns the times of markers by name.

    Args:
        markers: The markers.
        taken: Names that mean something else in formulas.

    Raises:
        UserError: The file cannot be read, or has too many markers.
        ScheduleError: A marker of the preset has a name that is taken.
    """
    taken = frozenset(taken)
    if not markers.file.strip():
        for name, seconds in markers.named.items():
            check_marker(name, seconds, taken)
        return markers.named
    path = named_path(markers.file)
    stat = path.stat()
    return _named(path, stat.st_mtime_ns, stat.st_size, taken)


@lru_cache(maxsize=8)
def _named(path: Path, changed: int, size: int, taken: frozenset[str]) -> Mapping[str, float]:
    """Returns the markers of a file; `changed` and `size` tell its versions apart."""
    found = read_markers(path)
    if len(found) > MOST_MARKERS:
        raise UserError(f"{path}: has {len(found)} markers; expected at most {MOST_MARKERS}")
    named: dict[str, float] = {}
    for marker in found:
        name, number = _word(marker.name, taken), 1
        free = name
        while free in named:
            number += 1
            free = f"{name}_{number}"
        named[free] = marker.seconds
    return named


def _word(text: str, taken: frozenset[str]) -> str:
    """Returns a name as keys may have it: `Drop 1!` is `Drop_1`, `2` is `mark_2`."""
    name = _OTHER.sub("_", text).strip("_")
    try:
        check_marker(name, 0.0, taken)
    except ScheduleError:
        return f"mark_{name}".rstrip("_")
    return name
