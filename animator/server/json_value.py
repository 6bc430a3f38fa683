"""JSON values that can be kept and sent again as they are: `JsonObject`, `JsonList`."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator

MAX_DEPTH = 50
"""Levels of lists and objects inside an object; Deforum's settings have five."""


def _check_storable(value: Any) -> Any:
    """Returns a JSON value that can be kept and sent again as it is; raises a ValueError for any other."""
    if _depth(value) > MAX_DEPTH:
        raise ValueError(f"has more than {MAX_DEPTH} levels of lists and objects; settings have five")
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("has half a character (a lone surrogate); expected text in UTF-8") from error
    except ValueError as error:
        raise ValueError("has a number that JSON does not have (NaN or infinity); leave it out") from error
    return value


def _depth(value: Any) -> int:
    """Returns the number of levels of a value, at most one more than `MAX_DEPTH`."""
    level, depth = [value], 0
    while level and depth <= MAX_DEPTH:
        level = [child for item in level for child in _children(item)]
        depth += 1
    return depth


def _children(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


JsonObject = Annotated[dict[str, Any], AfterValidator(_check_storable)]
"""An object of plain JSON values, not nested too deeply."""
JsonList = Annotated[list[Any], AfterValidator(_check_storable)]
"""A list of plain JSON values, not nested too deeply."""
