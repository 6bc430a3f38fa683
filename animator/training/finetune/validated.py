"""`validate`: the settings of a training from a draft; where some are wrong, those that are right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from animator.errors import Problem
from animator.problem import MAX_SHOWN
from animator.settings.raw import RawPreset
from animator.settings.wording import message_of
from animator.training.finetune.settings import TrainingSettings
from schedules.suggest import suggestion

_NAME = "name"


@dataclass(frozen=True)
class Validated:
    """The settings of a draft.

    Attributes:
        settings: The settings; with defaults in place of what is wrong, so that the rest can be checked. None
            where that is not possible.
        problems: What is wrong.
        more: Number of problems that are not listed.
    """

    settings: TrainingSettings | None
    problems: tuple[Problem, ...] = ()
    more: int = 0


def validate(draft: RawPreset) -> Validated:
    """Returns the settings of a draft; reads no file."""
    try:
        return Validated(TrainingSettings.model_validate(draft.values))
    except ValidationError as error:
        errors = _innermost(error.errors())
        described, more = errors[:MAX_SHOWN], max(0, len(errors) - MAX_SHOWN)
        problems = tuple(_problem(draft, details) for details in described)
    return Validated(None if more else _rest(draft.values, described), problems, more)


def _innermost(errors: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Returns errors without those of a list that only miss the items whose own errors are among them."""
    places = [details["loc"] for details in errors]
    return [details for details in errors if not any(_is_inside(place, details["loc"]) for place in places)]


def _is_inside(place: Sequence[object], other: Sequence[object]) -> bool:
    return len(place) > len(other) and place[: len(other)] == other


def _rest(values: Mapping[str, Any], errors: Sequence[ErrorDetails]) -> TrainingSettings | None:
    """Returns the settings without those that are wrong; None where it takes these to have any."""
    kept: Any = values
    for details in errors:
        kept = _without(kept, details["loc"])
    if not isinstance(kept, Mapping):
        return None
    if any(details["loc"][:1] == (_NAME,) for details in errors):
        kept = {**kept, _NAME: _NAME}
    try:
        return TrainingSettings.model_validate(kept)
    except ValidationError:
        return None


def _without(values: Any, place: Sequence[int | str]) -> Any:
    """Returns nested values without the one at a place, as far as they lead there."""
    if not place:
        return None
    first, rest = place[0], place[1:]
    if isinstance(values, Mapping) and first in values:
        inner = _without(values[first], rest)
        kept = {name: value for name, value in values.items() if name != first}
        return kept if inner is None else {**kept, first: inner}
    if isinstance(values, list) and isinstance(first, int) and first < len(values) and rest:
        inner = _without(values[first], rest)
        return None if inner is None else [*values[:first], inner, *values[first + 1 :]]
    return values if isinstance(values, Mapping) else None


def _problem(draft: RawPreset, details: ErrorDetails) -> Problem:
    path = tuple(str(part) for part in details["loc"])
    message = message_of(details)
    if details["type"] == "missing":
        message = "is missing; give it a value"
    if details["type"] == "extra_forbidden":
        hint = suggestion(path[-1], list(TrainingSettings.model_fields))
        message = f"is unknown; {hint}" if hint else "is unknown"
    below = (place for at, place in draft.places.items() if at[: len(path)] == path)
    return Problem.of(next(below, draft.where(path)), path, message)
