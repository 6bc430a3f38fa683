"""The types of a preset's settings: schedules with a permitted range, prompts, sizes, names.

A schedule field parses its text, and, where the validation context carries a `Scope`, evaluates it over
the whole film, so that one pass over a preset finds every mistake.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import PydanticCustomError, core_schema

from animator.errors import ModelError
from animator.masks.expression import parse_mask
from animator.models.diffusion.samplers.registry import find_sampler
from animator.settings.compat import rules_within
from animator.settings.keyed_images import KeyedImages
from animator.settings.paths import PathSetting
from schedules import Prompts, Schedule, ScheduleError, Scope, TextSchedule

Values = NDArray[np.float64]


class ParsedField(ABC):
    """Marks a field whose text is parsed into a value that keeps it as `source`."""

    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": ["number", "string", "object"],
        "description": "a number, text such as '0:(1), 60:(1+0.1*sin(t))', or a mapping of frames to values",
    }

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        plain = core_schema.plain_serializer_function_ser_schema(lambda value: value.source)
        return core_schema.with_info_plain_validator_function(self._explained, serialization=plain)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return dict(self.json_schema)

    @abstractmethod
    def parse(self, value: Any, scope: Scope | None) -> Any:
        """The value of a text, checked over the film's frames where its scope is known.

        Raises:
            ScheduleError: It cannot be read, or has no value at some frame.
            ModelError: It names something that is unknown.
        """

    def _explained(self, value: Any, info: ValidationInfo) -> Any:
        """`parse`, its refusals in their own words; braces are safe, for pydantic fills templates."""
        try:
            return self.parse(value, info.context if isinstance(info.context, Scope) else None)
        except (ScheduleError, ModelError) as error:
            raise PydanticCustomError("schedule", "{text}", {"text": str(error)}) from error


class ByFrame(ParsedField):
    """Marks a schedule: a field with one value at every frame, which the plan has under its name."""

    @property
    @abstractmethod
    def value_type(self) -> type[int] | type[float] | type[str]:
        """The type of the value at a frame."""


@dataclass(frozen=True)
class RangedSchedule(ByFrame):
    """Marks a `Schedule` field and the range its values must keep at every frame.

    Attributes:
        low: Smallest value; None for no limit.
        high: Largest value; None for no limit.
        whole: The plan has whole numbers; what lies between them is rounded toward zero.
        cut: Whether films with `compat` cut values outside; False where Deforum takes any value.
    """

    low: float | None = None
    high: float | None = None
    whole: bool = False
    cut: bool = True

    @property
    def value_type(self) -> type[int] | type[float]:
        """The type of the value at a frame."""
        return int if self.whole else float

    def parse(self, value: Any, scope: Scope | None) -> Schedule:
        """The schedule of a number, a text or a mapping."""
        schedule = value if isinstance(value, Schedule) else Schedule.parse(value)
        if scope is not None:
            values = schedule.values(scope)
            if rules_within(
                scope
            ).checks_ranges:  # else values are clipped, and `animator.timeline.lint` warns
                self._check_range(values)
        return schedule

    def clamp(self, values: Values) -> Values:
        """The values (frames,) cut to the range, where such values are cut."""
        return np.clip(values, *self._limits) if self.cut else values

    def violations(self, values: Values) -> NDArray[np.int64]:
        """The frames whose value of (frames,) leaves the range."""
        low, high = self._limits
        return np.flatnonzero((values < low) | (values > high))

    @property
    def describe(self) -> str:
        """The range in words."""
        if self.high is None:
            return f"at least {self.low:g}" if self.low != np.nextafter(0.0, 1.0) else "above 0"
        return f"{self.low:g} to {self.high:g}" if self.low is not None else f"at most {self.high:g}"

    @property
    def _limits(self) -> tuple[float, float]:
        return -np.inf if self.low is None else self.low, np.inf if self.high is None else self.high

    def _check_range(self, values: Values) -> None:
        outside = self.violations(values)
        if outside.size:
            frame = int(outside[0])
            raise PydanticCustomError(
                "range",
                "is {value} at frame {frame}; expected {expected} at every frame",
                {"value": f"{values[frame]:g}", "frame": frame, "expected": self.describe},
            )


class Texts(ByFrame):
    """Marks a `TextSchedule` field."""

    @property
    def value_type(self) -> type[str]:
        """The type of the value at a frame."""
        return str

    def parse(self, value: Any, scope: Scope | None) -> TextSchedule:
        """The schedule of texts."""
        schedule = value if isinstance(value, TextSchedule) else TextSchedule.parse(value)
        if scope is not None:
            schedule.values(scope)
        return schedule


class _SamplerNames(Texts):
    """Marks a `TextSchedule` whose texts name samplers."""

    def parse(self, value: Any, scope: Scope | None) -> TextSchedule:
        """The schedule of sampler names, each of them known."""
        schedule = super().parse(value, scope)
        for name in dict.fromkeys(schedule.values(scope)) if scope is not None else ():
            find_sampler(name)
        return schedule


class _MaskTexts(Texts):
    """Marks a `TextSchedule` whose texts are mask expressions."""

    def parse(self, value: Any, scope: Scope | None) -> TextSchedule:
        """The schedule of mask expressions, each of them well formed."""
        schedule = super().parse(value, scope)
        for key in schedule.keys:
            parse_mask(key.text)
        return schedule


class _Images(ParsedField):
    """Marks a field of images by frame."""

    json_schema: ClassVar[Mapping[str, Any]] = {"type": "object", "description": "paths of images by frame"}

    def parse(self, value: Any, scope: Scope | None) -> KeyedImages:
        """The images, their keys checked over the film's frames."""
        images = value if isinstance(value, KeyedImages) else KeyedImages.parse(value)
        if scope is not None:
            images.keyframes(scope)
        return images


class _PromptTexts(ParsedField):
    """Marks the field of keyed prompts: kept as written, checked by parsing."""

    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": ["string", "object", "array"],
        "description": "a prompt, or prompts by frame",
    }

    def parse(self, value: Any, scope: Scope | None) -> Prompts:
        """Keyed prompts."""
        prompts = value if isinstance(value, Prompts) else Prompts.parse(value)
        if scope is not None:
            prompts.at(scope)
        return prompts


Real = Annotated[Schedule, RangedSchedule()]
Unit = Annotated[Schedule, RangedSchedule(0.0, 1.0)]
NotNegative = Annotated[Schedule, RangedSchedule(0.0)]
Positive = Annotated[Schedule, RangedSchedule(np.nextafter(0.0, 1.0))]
Whole = Annotated[Schedule, RangedSchedule(whole=True)]
Count = Annotated[Schedule, RangedSchedule(1.0, whole=True)]
Text = Annotated[TextSchedule, Texts()]
SamplerText = Annotated[TextSchedule, _SamplerNames()]
MaskText = Annotated[TextSchedule, _MaskTexts(), PathSetting("masks")]
Images = Annotated[KeyedImages, _Images(), PathSetting("image")]
PromptTexts = Annotated[Prompts, _PromptTexts()]
