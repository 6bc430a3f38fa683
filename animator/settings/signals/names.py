"""Names that formulas and keys may have before the film is known: then any word, which is checked later."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from schedules import Scope
from schedules.expression import CONSTANTS

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def variables_for(value: Any, scope: Scope | None) -> Collection[str]:
    """Returns the variables that a formula may use besides the built-in ones."""
    return _words(value) if scope is None else scope.signals.keys()


def markers_for(value: Any, scope: Scope | None) -> Collection[str]:
    """Returns the markers that a key may have; a text alone is not searched for keys it does not show."""
    if scope is not None:
        return scope.markers.keys()
    return _words(list(value)) if isinstance(value, Mapping) else ()


def _words(value: Any) -> Collection[str]:
    return frozenset(_WORD.findall(str(value))) - CONSTANTS.keys()
