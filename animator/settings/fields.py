"""Types of settings that are parsed from text: schedules with a range, prompts, images by frame.

A schedule field parses its text and, if the validation context is a `Scope`, evaluates it over the
whole film, so that one pass over a preset finds every mistake.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import PydanticCustomError, core_schema

from animator.errors import ModelError
from animator.masks.expression import parse_mask
from animator.models.diffusion.samplers.registry import find_sampler
from animator.settings.compat import rules_within
from animator.settings.keyed_images import KeyedImages
from animator.settings.paths import PathSetting
from animator.settings.signals.columns import UnheardError
from animator.settings.signals.names import ANY_NAME, Known, Names, markers_for, variables_for
from schedules import Prompts, Schedule, ScheduleError, Scope, TextSchedule
from schedules.formula import Place
from schedules.values import check_ease

Values = NDArray[np.float64]
TINY = float(np.finfo(np.float32).tiny)
"""Smallest number above 0 that float32 holds with full precision."""
LARGEST = float(np.finfo(np.float32).max)
"""Largest number that float32 holds."""


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
        return core_schema.with_info_plain_validator_function(self._validate, serialization=plain)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return dict(self.json_schema)

    @abstractmethod
    def parse(self, value: Any, known: Known) -> Any:
        """Parses a value, and checks it over the film's frames if its scope is known.

        Args:
            value: The value as written, or parsed before.
            known: What is known of the film.

        Raises:
            ScheduleError: It cannot be parsed, or has no value at some frame.
            ModelError: It names an unknown sampler.
        """

    def _validate(self, value: Any, info: ValidationInfo) -> Any:
        """Parses a value and turns errors into pydantic's, which would treat braces in them as a template."""
        known = _known_in(info)
        try:
            try:
                return self.parse(value, known)
            except UnheardError:  # reported where the sound is named
                return self.parse(value, Names(known.signals, known.markers))
        except (ScheduleError, ModelError) as error:
            raise PydanticCustomError("schedule", "{text}", {"text": str(error)}) from error


def _known_in(info: ValidationInfo) -> Known:
    """Returns what the context of a validation says of the film; any word may be a name without one."""
    return info.context if isinstance(info.context, Scope | Names) else ANY_NAME


class ByFrame(ParsedField):
    """Marks a value that may change by frame: the settings have its schedule under the same name."""


@dataclass(frozen=True)
class RangedSchedule(ByFrame):
    """Marks a number that may change by frame, with its range; the settings have its `Schedule`.

    In a field of type `int` the fractions of the schedule's values are rounded toward zero.

    Attributes:
        low: Smallest value; None for no limit.
        high: Largest value; None for no limit.
        cut: True if films with `compat` clip values to the range; False where Deforum takes any value.
        default: The default schedule where it is a formula; empty takes the field's own default.
        is_whole: True where fractions are cut off, as in fields of type `int`; no value may be infinite.
    """

    low: float | None = None
    high: float | None = None
    cut: bool = True
    default: str = ""
    is_whole: bool = False

    def parse(self, value: Any, known: Known) -> Schedule:
        """Parses a number, a text or a mapping."""
        schedule = value if isinstance(value, Schedule) else _parse_schedule(value, known)
        if isinstance(known, Scope):
            values = schedule.values(known)
            _check_float32(values)
            if rules_within(known).checks_ranges:  # else they are clipped, and `animator.timeline.lint` warns
                self._check_range(values)
        return schedule

    def clamp(self, values: Values) -> Values:
        """Returns the values (frames,), clipped to the range if `cut`."""
        return np.clip(values, *self._limits) if self.cut else values

    def violations(self, values: Values) -> NDArray[np.int64]:
        """Returns the indices of the frames whose value of (frames,) is outside the range."""
        low, high = self._limits
        return np.flatnonzero((values < low) | (values > high))

    @property
    def describe(self) -> str:
        """The range as text, such as `at least 1`."""
        if self.high is None:
            return "above 0" if self.low == TINY else f"at least {self.low:g}"
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


def _parse_schedule(value: Any, known: Known) -> Schedule:
    return Schedule.parse(value, signals=variables_for(value, known), markers=markers_for(value, known))


def _check_float32(values: Values) -> None:
    """Checks that images can be computed with the values (frames,): float32 must be able to hold them."""
    too_large = np.isfinite(values) & (np.abs(values) > LARGEST)
    if too_large.any():
        frame = int(np.argmax(too_large))
        raise PydanticCustomError(
            "range",
            "is {value} at frame {frame}; expected numbers of at most {largest}",
            {"value": f"{values[frame]:g}", "frame": frame, "largest": f"{LARGEST:g}"},
        )


class Texts(ByFrame):
    """Marks a text that may change by frame; the settings have its `TextSchedule`."""

    def parse(self, value: Any, known: Known) -> TextSchedule:
        """Parses a schedule of texts."""
        is_parsed = isinstance(value, TextSchedule)
        schedule = value if is_parsed else TextSchedule.parse(value, markers=markers_for(value, known))
        if isinstance(known, Scope):
            schedule.values(known)
        return schedule


class _SamplerNames(Texts):
    """Marks texts that name samplers."""

    def parse(self, value: Any, known: Known) -> TextSchedule:
        """Parses a schedule of sampler names, each of which must exist."""
        schedule = super().parse(value, known)
        for name in dict.fromkeys(schedule.values(known)) if isinstance(known, Scope) else ():
            find_sampler(name)
        return schedule


def _check_mask(text: str) -> str:
    if text.strip():
        parse_mask(text)
    return text


class _MaskTexts(Texts):
    """Marks texts that are mask expressions."""

    def parse(self, value: Any, known: Known) -> TextSchedule:
        """Parses a schedule of mask expressions, each of which must be well formed."""
        schedule = super().parse(value, known)
        for key in schedule.keys:
            parse_mask(key.text)
        return schedule


class _Images(ParsedField):
    """Marks a field of images by frame."""

    json_schema: ClassVar[Mapping[str, Any]] = {"type": "object", "description": "paths of images by frame"}

    def parse(self, value: Any, known: Known) -> KeyedImages:
        """Parses images by frame and checks their keys over the film's frames."""
        is_parsed = isinstance(value, KeyedImages)
        images = value if is_parsed else KeyedImages.parse(value, markers_for(value, known))
        if isinstance(known, Scope):
            images.keyframes(known)
        return images


class _PromptTexts(ParsedField):
    """Marks the field of keyed prompts: kept as written, checked by parsing."""

    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": ["string", "object", "array"],
        "description": "a prompt, or prompts by frame",
    }

    def parse(self, value: Any, known: Known) -> Prompts:
        """Parses keyed prompts."""
        signals, markers = variables_for(value, known), markers_for(value, known)
        is_parsed = isinstance(value, Prompts)
        prompts: Prompts = value if is_parsed else Prompts.parse(value, signals=signals, markers=markers)
        if isinstance(known, Scope):
            prompts.at(known)
        return prompts


def _check_prompt_part(text: str, info: ValidationInfo) -> str:
    """Returns a text that is added to every prompt; its formulas must have a value at every frame."""
    known = _known_in(info)
    try:
        prompts = Prompts.parse("", suffix=text, signals=variables_for(text, known))
        if isinstance(known, Scope):
            prompts.at(known)
    except UnheardError:  # reported where the sound is named
        return text
    except ScheduleError as error:
        raise PydanticCustomError("schedule", "{text}", {"text": str(error)}) from error
    return text


def _check_easing(name: str) -> str:
    """Returns the name of an easing, or the empty text."""
    try:
        return check_ease(name, Place(name)) if name else name
    except ScheduleError as error:
        raise PydanticCustomError("schedule", "{text}", {"text": str(error)}) from error


Real = Annotated[float, RangedSchedule()]
Unit = Annotated[float, RangedSchedule(0.0, 1.0)]
NotNegative = Annotated[float, RangedSchedule(0.0)]
Positive = Annotated[float, RangedSchedule(TINY)]
SeedNumber = Annotated[float, RangedSchedule(default="0:(s)", is_whole=True)]
Whole = Annotated[int, RangedSchedule()]
Count = Annotated[int, RangedSchedule(1.0)]
Text = Annotated[str, Texts()]
SamplerText = Annotated[str, _SamplerNames()]
OneMask = Annotated[str, AfterValidator(_check_mask), PathSetting("masks")]
"""A mask expression for the whole film; empty for none."""
MaskText = Annotated[str, _MaskTexts(), PathSetting("masks")]
Images = Annotated[KeyedImages, _Images(), PathSetting("image")]
PromptTexts = Annotated[Prompts, _PromptTexts()]
PromptPart = Annotated[str, AfterValidator(_check_prompt_part)]
"""A text added to every prompt."""
EasingName = Annotated[str, AfterValidator(_check_easing)]
"""The name of an easing; empty for none."""
