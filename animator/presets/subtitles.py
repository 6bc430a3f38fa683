"""SubRip subtitles with the values of every frame, labeled as in the Deforum extension.

The format follows observed files. Times are truncated to milliseconds; integers have no decimals, other
numbers have three.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from animator.presets.deforum.features import FEATURES
from animator.presets.deforum.table import MAPPED
from animator.settings import Animation
from animator.settings.compat import rules_of
from animator.settings.subtitle_names import PROMPT, VALUES
from animator.timeline.columns import schedule_fields
from animator.timeline.plan import Plan
from animator.timeline.timeline import Timeline
from schedules import Schedule, TextSchedule

_DIGITS = Context(prec=20)
_MS_PER_HOUR, _MS_PER_MINUTE, _MS_PER_SECOND = 3_600_000, 60_000, 1000


@dataclass(frozen=True)
class Caption:
    """The subtitle of one frame.

    Attributes:
        frame: Index of the frame.
        cadence: Text after `Cadence:`.
        seed: Number after `Seed:`.
        values: Label and value of everything else, in order.
    """

    frame: int
    cadence: str
    seed: int
    values: Sequence[tuple[str, Any]]

    @property
    def text(self) -> str:
        """The line of the subtitle."""
        parts = [("F#", self.frame), ("Cadence", self.cadence), ("Seed", self.seed), *self.values]
        return "; ".join(f"{name}: {_format_value(value)}" for name, value in parts).rstrip()


def to_srt(timeline: Timeline, names: Sequence[str] = ("all",)) -> str:
    """Returns the subtitles of a film as a SubRip file.

    Args:
        timeline: The film.
        names: Names of values from `subtitle_names`; `all` selects every one.
    """
    return srt(captions(timeline, names), timeline.animation.fps)


def srt(captions: Iterable[Caption], fps: float) -> str:
    """Returns a SubRip file with one subtitle per frame."""
    duration = _DIGITS.divide(Decimal(1), Decimal(fps))
    return "".join(_block(caption, number, duration) for number, caption in enumerate(captions))


def captions(timeline: Timeline, names: Sequence[str] = ("all",)) -> Iterator[Caption]:
    """Yields the subtitle of every frame.

    With `compat` the seed is that of the next generated frame, as Deforum shows it.
    """
    columns = value_columns(timeline.animation, names)
    prompted = bool({name.lower() for name in names} & {PROMPT.lower(), "all"})
    for plan in timeline:
        values = [(short, column[plan.frame]) for short, column in columns.items()]
        if prompted:
            values.append((PROMPT, f"{plan.prompt.positive} --neg {plan.prompt.negative}".strip()))
        yield Caption(plan.frame, str(_is_tween(timeline, plan)), _shown_seed(timeline, plan), values)


def _is_tween(timeline: Timeline, plan: Plan) -> bool:
    """Returns True for all frames of a group but its last, which is the generated one."""
    later = timeline.generated_frames[plan.generation_index + 1 :]
    end = int(later[0]) if len(later) else len(timeline)
    return plan.frame + 1 < end


def _shown_seed(timeline: Timeline, plan: Plan) -> int:
    following = timeline.generated_frames[plan.generation_index + 1 : plan.generation_index + 2].tolist()
    alone = not following or following[0] - int(timeline.generated_frames[plan.generation_index]) == 1
    shows_next = rules_of(timeline.animation).shows_next_seed and not alone
    return timeline.plan(following[0]).seed if shows_next else plan.seed


def value_columns(animation: Animation, names: Iterable[str]) -> Mapping[str, Sequence[Any]]:
    """Returns label -> the value of every frame; values without a setting here have Deforum's default."""
    fields = schedule_fields(animation)
    ours = {row.name: row.ours for row in MAPPED}
    defaults = {key: value for feature in FEATURES for key, value in feature.settings.items()}
    wanted = {name.lower() for name in names}
    columns: dict[str, Sequence[Any]] = {}
    for value in VALUES:
        if not wanted & {value.name.lower(), "all"}:
            continue
        schedule = (
            fields[ours[value.setting]] if value.setting in ours else _parse_default(defaults[value.setting])
        )
        columns[value.short] = list(schedule.values(animation.scope))
    return columns


def _parse_default(source: str) -> Schedule | TextSchedule:
    return TextSchedule.parse(source) if '"' in source else Schedule.parse(source)


def _block(caption: Caption, number: int, duration: Decimal) -> str:
    start, end = _DIGITS.multiply(number, duration), _DIGITS.multiply(number + 1, duration)
    return f"{number + 1}\n{clock(start)} --> {clock(end)}\n{caption.text}\n\n"


def clock(seconds: Decimal) -> str:
    """Formats a time for SubRip, truncated to milliseconds: `00:01:01,500`."""
    whole = int(seconds * _MS_PER_SECOND)
    hours, rest = divmod(whole, _MS_PER_HOUR)
    minutes, rest = divmod(rest, _MS_PER_MINUTE)
    return f"{hours:02d}:{minutes:02d}:{rest // _MS_PER_SECOND:02d},{rest % _MS_PER_SECOND:03d}"


def _format_value(value: Any) -> str:
    if isinstance(value, str | int):
        return str(value)
    number = float(value)
    return str(int(number)) if number.is_integer() else f"{number:.3f}"
