"""What Deforum's subtitles show of a settings file beyond the film's own settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from animator.settings.fields import ParsedField
from animator.settings.signals.names import Known
from animator.settings.subtitle_names import VALUES
from schedules import Schedule, ScheduleError, Scope, SeedBehavior, TextSchedule
from schedules.sources import Frozen, freeze, thaw

SEEDS, PROMPTS, PARSEQ = "seed_behavior", "prompts", "parseq"
_BY_SETTING = {value.setting: value for value in VALUES}
_EXPECTED = "expected schedules by Deforum's names, such as {steps_schedule: '0: (25)'}"


@dataclass(frozen=True)
class SubtitleValues:
    """Values of a Deforum settings file that its subtitles show, and the film does not use.

    Equal where the sources are equal.

    Attributes:
        frozen: The source in hashable form.
        schedules: Deforum's name and the schedule of each value.
        seed_behavior: How Deforum changes seeds that Parseq gives; None where Parseq gives none.
        bare_prompts: True if the prompts are Parseq's, to which Deforum adds nothing.
    """

    frozen: Frozen
    schedules: tuple[tuple[str, Schedule | TextSchedule], ...] = field(default=(), compare=False)
    seed_behavior: SeedBehavior | None = field(default=None, compare=False)
    bare_prompts: bool = field(default=False, compare=False)

    @classmethod
    def parse(cls, source: Any) -> "SubtitleValues":
        """Parses the values.

        Args:
            source: A mapping: schedules by Deforum's names; under `seed_behavior` a behavior; and `parseq`
                under `prompts` where those are Parseq's.

        Raises:
            ScheduleError: It is not such a mapping.
        """
        if not isinstance(source, Mapping):
            raise ScheduleError(f"is {source!r:.80}", hint=_EXPECTED)
        named = ((str(name), value) for name, value in source.items() if name not in (SEEDS, PROMPTS))
        return cls(
            freeze(source),
            tuple((name, _parse_schedule(name, value)) for name, value in named),
            None if SEEDS not in source else _parse_behavior(source[SEEDS]),
            PROMPTS in source and _is_parseq(source[PROMPTS]),
        )

    @property
    def source(self) -> Any:
        """The values as written: a mapping, ready for YAML."""
        return thaw(self.frozen)


class SubtitleValuesField(ParsedField):
    """Marks the field of what Deforum's subtitles show."""

    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "description": "schedules by Deforum's names",
        "properties": {name: dict(ParsedField.json_schema) for name in _BY_SETTING},
    }

    def parse(self, value: Any, known: Known) -> SubtitleValues:
        """Parses the values, and evaluates their schedules over the film's frames."""
        values = value if isinstance(value, SubtitleValues) else SubtitleValues.parse(value)
        if isinstance(known, Scope):
            for name, schedule in values.schedules:
                _check_values(name, schedule, known)
        return values


def _parse_schedule(name: str, source: Any) -> Schedule | TextSchedule:
    if name not in _BY_SETTING:
        raise ScheduleError(f"{name[:80]!r} is not a schedule that subtitles show", hint=_EXPECTED)
    try:
        return TextSchedule.parse(source) if _BY_SETTING[name].is_text else Schedule.parse(source)
    except ScheduleError as error:
        raise ScheduleError(f"{name}: {error}") from error


def _check_values(name: str, schedule: Schedule | TextSchedule, scope: Scope) -> None:
    try:
        schedule.values(scope)
    except ScheduleError as error:
        raise ScheduleError(f"{name}: {error}") from error


def _parse_behavior(name: Any) -> SeedBehavior:
    try:
        return SeedBehavior(name)
    except ValueError:
        known = ", ".join(member.value for member in SeedBehavior)
        raise ScheduleError(f"{SEEDS}: is {name!r:.80}", hint=f"expected one of {known}") from None


def _is_parseq(value: Any) -> bool:
    if value != PARSEQ:
        raise ScheduleError(f"{PROMPTS}: is {value!r:.80}", hint=f"expected {PARSEQ}, or nothing")
    return True
