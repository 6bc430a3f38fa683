"""The types of a preset's settings: schedules with a permitted range, prompts, sizes, names.

A schedule field parses its text, and, where the validation context carries a `Scope`, evaluates it over
the whole film, so that one pass over a preset finds every mistake.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError, core_schema

from animator.diffusion.samplers import find_sampler
from animator.errors import ModelError
from animator.guide import KeyedImages
from animator.masks.expression import parse_mask
from schedules import Prompts, Schedule, ScheduleError, Scope, TextSchedule


def _explain(error: ScheduleError) -> PydanticCustomError:
    """The schedule's own words as a validation error; braces escaped, for pydantic fills templates."""
    return PydanticCustomError("schedule", "{text}", {"text": str(error)})


@dataclass(frozen=True)
class Numbers:
    """Marks a `Schedule` field and the range its values must keep at every frame."""

    low: float | None = None
    high: float | None = None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(self.parse, serialization=_PLAIN)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return _JSON_SCHEDULE

    def parse(self, value: Any, info: ValidationInfo) -> Schedule:
        """The schedule of a number, a text or a mapping, checked over the film's frames."""
        try:
            schedule = value if isinstance(value, Schedule) else Schedule.parse(value)
            if isinstance(info.context, Scope):
                self._check_range(schedule, info.context)
        except ScheduleError as error:
            raise _explain(error) from error
        return schedule

    def held(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values (frames,) cut to the range."""
        return np.clip(values, self.low, self.high) if self.low is not None else values

    def _check_range(self, schedule: Schedule, scope: Scope) -> None:
        values = schedule.values(scope)
        if scope.compat:  # the reference cuts values to their range instead of refusing them
            return
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        outside = np.flatnonzero((values < low) | (values > high))
        if outside.size:
            frame = int(outside[0])
            raise PydanticCustomError(
                "range",
                "is {value} at frame {frame}; expected {expected} at every frame",
                {"value": f"{values[frame]:g}", "frame": frame, "expected": self._expected()},
            )

    def _expected(self) -> str:
        if self.high is None:
            return f"at least {self.low:g}" if self.low != np.nextafter(0.0, 1.0) else "above 0"
        return f"{self.low:g} to {self.high:g}" if self.low is not None else f"at most {self.high:g}"


class _Texts:
    """Marks a `TextSchedule` field."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(self.parse, serialization=_PLAIN)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return _JSON_SCHEDULE

    def parse(self, value: Any, info: ValidationInfo) -> TextSchedule:
        """The schedule of texts, checked over the film's frames."""
        try:
            schedule = value if isinstance(value, TextSchedule) else TextSchedule.parse(value)
            if isinstance(info.context, Scope):
                schedule.values(info.context)
        except ScheduleError as error:
            raise _explain(error) from error
        return schedule


class _SamplerNames(_Texts):
    """Marks a `TextSchedule` whose texts name samplers."""

    def parse(self, value: Any, info: ValidationInfo) -> TextSchedule:
        """The schedule of sampler names, each of them known."""
        schedule = super().parse(value, info)
        try:
            if isinstance(info.context, Scope):
                for name in dict.fromkeys(schedule.values(info.context)):
                    find_sampler(name)
        except ModelError as error:
            raise PydanticCustomError("schedule", "{text}", {"text": str(error)}) from error
        return schedule


class _MaskTexts(_Texts):
    """Marks a `TextSchedule` whose texts are mask expressions."""

    def parse(self, value: Any, info: ValidationInfo) -> TextSchedule:
        """The schedule of mask expressions, each of them well formed."""
        schedule = super().parse(value, info)
        try:
            for key in schedule.keys:
                parse_mask(key.text)
        except ScheduleError as error:
            raise _explain(error) from error
        return schedule


class _Images:
    """Marks a field of pictures by frame."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(self.parse, serialization=_PLAIN)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "object", "description": "paths of pictures by frame"}

    def parse(self, value: Any, info: ValidationInfo) -> KeyedImages:
        """The pictures, their keys checked over the film's frames."""
        try:
            images = value if isinstance(value, KeyedImages) else KeyedImages.parse(value)
            if isinstance(info.context, Scope):
                images.placed(info.context)
        except ScheduleError as error:
            raise _explain(error) from error
        return images


class _PromptTexts:
    """Marks the field of keyed prompts: kept as written, checked by parsing."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(self.parse, serialization=_PLAIN)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": ["string", "object", "array"], "description": "a prompt, or prompts by frame"}

    def parse(self, value: Any, info: ValidationInfo) -> Prompts:
        """Keyed prompts, checked over the film's frames."""
        try:
            prompts = value if isinstance(value, Prompts) else Prompts.parse(value)
            if isinstance(info.context, Scope):
                prompts.at(info.context)
        except ScheduleError as error:
            raise _explain(error) from error
        return prompts


_PLAIN = core_schema.plain_serializer_function_ser_schema(lambda value: value.source)
_JSON_SCHEDULE = {
    "type": ["number", "string", "object"],
    "description": "a number, text such as '0:(1), 60:(1+0.1*sin(t))', or a mapping of frames to values",
}

Real = Annotated[Schedule, Numbers()]
Unit = Annotated[Schedule, Numbers(0.0, 1.0)]
NotNegative = Annotated[Schedule, Numbers(0.0)]
Positive = Annotated[Schedule, Numbers(np.nextafter(0.0, 1.0))]
Count = Annotated[Schedule, Numbers(1.0)]
Text = Annotated[TextSchedule, _Texts()]
SamplerText = Annotated[TextSchedule, _SamplerNames()]
MaskText = Annotated[TextSchedule, _MaskTexts()]
Images = Annotated[KeyedImages, _Images()]
PromptTexts = Annotated[Prompts, _PromptTexts()]


def one_of_names(name: str, names: Sequence[str]) -> str:
    """The name as it is spelled among `names`, upper and lower case alike.

    Raises:
        ValueError: It is none of them; says which is near.
    """
    by_lower = {known.lower(): known for known in names}
    if name.strip().lower() in by_lower:
        return by_lower[name.strip().lower()]
    close = difflib.get_close_matches(name.strip().lower(), by_lower, n=1)
    hint = f"did you mean {by_lower[close[0]]!r}?" if close else f"known: {', '.join(names)}"
    raise ValueError(f"is unknown; {hint}")


FileStem = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^/\\\x00-\x1f.][^/\\\x00-\x1f]*$"
    ),
]
"""A name that is safe as one part of a path: no separators, no control characters, no leading dot."""
