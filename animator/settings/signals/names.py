"""`Names`: what formulas and keys of a film may name, as far as it is known before the film is."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from schedules import Scope
from schedules.expression import CONSTANTS

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_MARKER_KEY = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*(?:[+-].*)?", re.DOTALL)
"""A key that may be at a marker, such as `drop` or `drop+8`: of another one it is sure that it is wrong."""
_MARKER_IN_TEXT = re.compile(r"([A-Za-z][A-Za-z0-9_]*)\s*(?:[+-][^,;:]*)?[\"']?\s*:")
"""The same in a text of keys, such as `0:(1), drop:(2)`."""


@dataclass(frozen=True)
class Names:
    """What formulas and keys may name in a film whose frames are not known.

    Attributes:
        signals: Variables of formulas; None where any word may be one.
        markers: Markers that keys may have; None where any word may be one.
    """

    signals: Collection[str] | None = None
    markers: Collection[str] | None = None


ANY_NAME = Names()
Known = Scope | Names
"""What is known of a film when a setting is parsed; the values at its frames only with its scope."""


def variables_for(value: Any, known: Known) -> Collection[str]:
    """Returns the variables that a formula may use besides the built-in ones."""
    return _without_constants(_WORD.findall(str(value))) if known.signals is None else known.signals


def markers_for(value: Any, known: Known) -> Collection[str]:
    """Returns the markers that the keys of a text or mapping may have."""
    if known.markers is not None:
        return known.markers
    if isinstance(value, str):
        return _without_constants(_MARKER_IN_TEXT.findall(value))
    keys = (_MARKER_KEY.fullmatch(str(key)) for key in value) if isinstance(value, Mapping) else ()
    return _without_constants(match[1] for match in keys if match)


def _without_constants(words: Iterable[str]) -> Collection[str]:
    return frozenset(words) - CONSTANTS.keys()
