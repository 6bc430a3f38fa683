"""What the browser asks for: read from its messages, which may hold anything."""

import math
from collections.abc import Mapping
from typing import Any

from animator.errors import UserError
from animator.settings.animation import MAX_FRAMES


def path_in(message: Any) -> str:
    """Returns the schedule of a message."""
    path = _of(message, "path")
    if not isinstance(path, str):
        raise _strange("path", path)
    return path


def whole_in(message: Any, name: str) -> int:
    """Returns a whole number of a message, such as a frame."""
    number = _of(message, name)
    if isinstance(number, bool) or not isinstance(number, int) or abs(number) > MAX_FRAMES:
        raise _strange(name, number)
    return number


def number_in(message: Any, name: str) -> float | None:
    """Returns a number of a message, or None."""
    number = _of(message, name)
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        raise _strange(name, number)
    return number


def _of(message: Any, name: str) -> Any:
    return message.get(name) if isinstance(message, Mapping) else None


def _strange(name: str, value: Any) -> UserError:
    return UserError(f"the page sent {value!r:.80} as {name}; reload it")
