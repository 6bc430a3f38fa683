"""The body of a submission, checked as far as Deforum does it: the settings themselves are read later."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

MAX_DEPTH = 50
"""Levels of lists and objects inside settings; Deforum's own have five."""


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


Settings = Annotated[dict[str, Any], AfterValidator(_check_storable)]


class Submission(BaseModel):
    """Films to render, as a batch."""

    deforum_settings: Settings | list[Settings] | None = Field(
        None, description="Deforum settings of a film, or of several."
    )
    options_overrides: Settings | None = Field(
        None, description="Options of Deforum's settings page for these films; others are kept and not used."
    )

    @property
    def films(self) -> list[dict[str, Any]]:
        """The settings of each film; none where nothing is given."""
        given = self.deforum_settings
        if isinstance(given, dict):
            return [given] if given else []
        return given or []
