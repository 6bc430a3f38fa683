"""SubRip subtitles with the values of every frame, labeled as in the Deforum extension.

The format follows observed files. Times are truncated to milliseconds; integers have no decimals, other
numbers have three.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from animator.presets.deforum.caption_values import caption_schedules
from animator.presets.deforum.captions import caption_prompts, caption_seeds, caption_words
from animator.settings import Animation
from animator.settings.compat import rules_of
from animator.settings.subtitle_names import PROMPT, VALUES
from animator.timeline.timeline import Timeline

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

    With `compat` they are those of Deforum: with cadence there are none from the last generated frame on, and
    the seed is the one that Deforum has ready when it writes the subtitle.
    """
    is_deforum = rules_of(timeline.animation).deforum_subtitles
    columns = value_columns(timeline.animation, names)
    if {name.lower() for name in names} & {PROMPT.lower(), "all"}:
        columns = {**columns, PROMPT: caption_prompts(timeline) if is_deforum else _prompts(timeline)}
    words, seeds = (caption_words, caption_seeds) if is_deforum else (_words, _seeds)
    for frame, (cadence, seed) in enumerate(zip(words(timeline), seeds(timeline), strict=True)):
        yield Caption(frame, cadence, seed, [(name, column[frame]) for name, column in columns.items()])


def _words(timeline: Timeline) -> Iterator[str]:
    return (str(timeline.is_tween(frame)) for frame in range(len(timeline)))


def _seeds(timeline: Timeline) -> Iterator[int]:
    return (plan.seed for plan in timeline)


def _prompts(timeline: Timeline) -> Sequence[str]:
    prompts = map(timeline.prompt, range(len(timeline)))
    return [f"{prompt.positive} --neg {prompt.negative}".strip() for prompt in prompts]


def value_columns(animation: Animation, names: Iterable[str]) -> Mapping[str, Sequence[Any]]:
    """Returns label -> the value of every frame; values without a setting here have Deforum's default."""
    schedules = caption_schedules(animation)
    wanted = {name.lower() for name in names}
    return {
        value.short: list(schedules[value.setting].values(animation.scope))
        for value in VALUES
        if wanted & {value.name.lower(), "all"}
    }


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
        return " ".join(str(value).splitlines())  # an empty line would end the subtitle
    number = float(value)
    return str(int(number)) if number.is_integer() else f"{number:.3f}"
