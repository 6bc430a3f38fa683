"""Names that formulas and keys may have before the film is known: then any word, which is checked later."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from schedules import Scope
from schedules.expression import CONSTANTS

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_MARKER_KEY = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*(?:[+-].*)?", re.DOTALL)
"""A key that may be at a marker, such as `drop` or `drop+8`: of another one it is sure that it is wrong."""


def variables_for(value: Any, scope: Scope | None) -> Collection[str]:
    """Returns the variables that a formula may use besides the built-in ones."""
    return _words(value) if scope is None else scope.signals.keys()


def markers_for(value: Any, scope: Scope | None) -> Collection[str]:
    """Returns the markers that a key may have; a text alone is not searched for keys it does not show."""
    if scope is not None:
        return scope.markers.keys()
    if not isinstance(value, Mapping):
        return ()
    keys = (_MARKER_KEY.fullmatch(str(key)) for key in value)
    return frozenset(match[1] for match in keys if match) - CONSTANTS.keys()


def _words(value: Any) -> Collection[str]:
    return frozenset(_WORD.findall(str(value))) - CONSTANTS.keys()
