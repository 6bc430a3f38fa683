"""Compares plain values strictly, in time that aliases in a text cannot stretch."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

_LONG = 64


def same(old: Any, new: Any) -> bool:
    """Returns True for equal values of equal types, whatever the order of keys.

    1, 1.0 and true differ, NaN equals itself, and a tuple equals a list.
    """
    return _digest(old, {}) == _digest(new, {})


def _digest(value: Any, seen: dict[int, str]) -> str:
    """Returns a short text that only equal values share; `seen` has those of values that aliases repeat."""
    key = id(value)
    if key not in seen:
        if isinstance(value, Mapping):
            items = sorted(f"{name!r}: {_digest(item, seen)}" for name, item in value.items())
            whole = "{" + ", ".join(items) + "}"
        elif isinstance(value, list | tuple):
            whole = "[" + ", ".join(_digest(item, seen) for item in value) + "]"
        else:
            whole = repr(value)
        seen[key] = whole if len(whole) <= _LONG else sha256(whole.encode(errors="surrogatepass")).hexdigest()
    return seen[key]
