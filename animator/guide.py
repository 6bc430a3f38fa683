"""Guided images: which picture leads the film at each frame, and how strongly. Pure, no torch."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from schedules import ScheduleError, Scope
from schedules.keys import KeyTime
from schedules.sources import Frozen, entries, freeze, thaw

BETWEEN = 0.07
"""Share of the leading picture while it does not swing; Deforum's."""
GAP_AFTER_LAST = 25
"""Frames after which the swing begins again behind the last key; Deforum's."""


@dataclass(frozen=True)
class KeyedImages:
    """Paths of pictures by frame. Equal where the sources are equal.

    Attributes:
        frozen: The source in hashable form.
        keys: When and which, in written order.
    """

    frozen: Frozen
    keys: tuple[tuple[KeyTime, str], ...] = field(compare=False)

    @classmethod
    def parse(cls, source: str | Mapping[Any, Any]) -> "KeyedImages":
        """The keyed pictures that `source` says.

        Args:
            source: A mapping `{0: "a.png", "max_f/2": "b.png"}`, the same as JSON, or "" for none.

        Raises:
            ScheduleError: Not a mapping of keys to paths.
        """
        given = _from_json(source) if isinstance(source, str) else source
        if not isinstance(given, Mapping):
            raise ScheduleError(
                f"is {given!r:.80}", hint='expected pictures by frame, such as {"0": "a.png", "30": "b.png"}'
            )
        keys: list[tuple[KeyTime, str]] = []
        for entry in entries(given):
            if not isinstance(entry.value, str) or not entry.value.strip():
                raise entry.place.error("the path of a picture is expected here")
            keys.append((entry.at, entry.value.strip()))
        return cls(freeze(given), tuple(keys))

    @property
    def source(self) -> Any:
        """The pictures as they were written: a mapping, ready for YAML."""
        return thaw(self.frozen)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every picture's path once, in written order."""
        return tuple(dict.fromkeys(path for _, path in self.keys))

    def placed(self, scope: Scope) -> tuple[tuple[int, str], ...]:
        """Frame and path of every picture: sorted, or with `scope.compat` as written.

        Raises:
            ScheduleError: A key that gives no frame.
        """
        placed = tuple((at.frame(scope), path) for at, path in self.keys)
        return placed if scope.compat else tuple(sorted(dict(placed).items()))


@dataclass(frozen=True)
class Swing:
    """How the leading picture's share runs at one frame.

    Attributes:
        middle: Deforum's blendFactorMax.
        slope: How far it goes below and above.
        frames: Length of the swing.
    """

    middle: float
    slope: float
    frames: float


def leading(placed: Sequence[tuple[int, str]], frame: int) -> str:
    """The path of the picture that leads at a frame: the last one whose key has come.

    Before the second key it is the first one.
    """
    return placed[sum(frame >= at for at, _ in placed[1:])][1]


def share(placed: Sequence[tuple[int, str]], frame: int, swing: Swing) -> float:
    """The leading picture's share at a frame: middle - slope * cos(2 p / frames), p frames after its key.

    Once the swing is over, and before the first key, it is 0.07.
    """
    since = frame - max((at for at, _ in placed if at <= frame), default=frame + 1)
    return _swung(since, since, swing) if since >= 0 else BETWEEN


def deforum_share(placed: Sequence[tuple[int, str]], frame: int, swing: Swing) -> float:
    """The leading picture's share as the Deforum extension 3.0 reckons it, from multiples of the gap.

    Keys that lie unevenly swing before or after their frame there, and the swing jumps back where its length
    does not divide the frame. A swing of no length, on which the reference fails, is none.
    """
    gap = GAP_AFTER_LAST
    for (start, _), (stop, _) in pairwise(placed):
        if start <= frame <= stop and start < stop:
            gap = stop - start
    return _swung(frame % gap, frame % swing.frames if swing.frames else 0.0, swing)


def _swung(since: float, phase: float, swing: Swing) -> float:
    if since > swing.frames or swing.frames == 0:
        return BETWEEN
    return swing.middle - swing.slope * math.cos(phase / (swing.frames / 2))


def _from_json(text: str) -> Any:
    if not text.strip():
        return {}
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ScheduleError(f"is not JSON: {error.msg}", text=text, column=error.pos) from error
