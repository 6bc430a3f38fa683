"""The keys of a schedule of any kind: numbers, texts, or prompts; read, and edited in their source."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from animator.errors import UserError
from animator.settings import Animation
from animator.studio.film.curves.catalog import PROMPTS
from animator.timeline.columns import schedule_fields
from schedules import Schedule, ScheduleError, Scope, edit

Source = Any
"""The source of a schedule or of prompts, as in a preset."""


@dataclass(frozen=True)
class ShownKey:
    """A key of any kind of schedule.

    Attributes:
        index: Its position in the source, from 0.
        frame: Its frame; may lie outside the film.
        time: Its time as written, such as `30` or `2s`.
        text: Its number, formula, or text.
        ease: The easing to the next key; None is the default one.
        value: The number on its frame; None for texts.
        is_formula: True for a formula, whose value is typed.
    """

    index: int
    frame: int
    time: str
    text: str
    ease: str | None = None
    value: float | None = None
    is_formula: bool = False


@dataclass(frozen=True)
class Target:
    """Where a key is dragged.

    Attributes:
        frame: The frame.
        value: The number; None where it stays.
        span: Height of the curve as it is drawn, which decides the digits of the number.
    """

    frame: int
    value: float | None = None
    span: float | None = None


@dataclass(frozen=True)
class Typed:
    """What was typed into the editor of a key.

    Attributes:
        time: The time, such as `30` or `2s`.
        text: The number, formula, or text.
        ease: The easing to the next key; None is the default one.
    """

    time: str
    text: str
    ease: str | None = None


class TimeError(UserError):
    """What was typed as the time of a key is none, or there is another key."""


@dataclass(frozen=True)
class Kind:
    """A kind of schedule: how its keys are read and edited."""

    read: Callable[[Source, Scope], Iterable[ShownKey]]
    move: Callable[[Source, Scope, int, Target], Source]
    add: Callable[..., Source]
    delete: Callable[[Source, Scope, int], Source]
    set_text: Callable[[Source, Scope, int, str], Source]
    set_time: Callable[[Source, Scope, int, str], Source]
    is_text: bool = True


@dataclass(frozen=True)
class Keys:
    """The keys of a schedule. Edits return those of the new source.

    Attributes:
        source: The source, as in a preset.
        scope: The film.
        kind: Whether they are numbers, texts, or prompts.
    """

    source: Source
    scope: Scope
    kind: Kind

    @property
    def shown(self) -> tuple[ShownKey, ...]:
        """The keys in the order of the source.

        Raises:
            ScheduleError: A key is not a frame.
        """
        return tuple(self.kind.read(self.source, self.scope))

    def moved(self, index: int, to: Target) -> "Keys":
        """Returns the keys with one dragged; a formula and a text keep their value.

        Raises:
            ScheduleError: There is no such key.
        """
        return self._with(self.kind.move(self.source, self.scope, index, to))

    def added(self, frame: int, value: float | None = None) -> "Keys":
        """Returns the keys and one more.

        Args:
            frame: Its frame.
            value: Its number; a text is that which the frame has already.

        Raises:
            ScheduleError: There is one on the frame already.
        """
        content = self._text_at(frame) if self.kind.is_text else float(value or 0.0)
        return self._with(self.kind.add(self.source, self.scope, frame, content))

    def deleted(self, index: int) -> "Keys":
        """Returns the keys without one of them.

        Raises:
            ScheduleError: It is the only one.
        """
        return self._with(self.kind.delete(self.source, self.scope, index))

    def typed(self, index: int, typed: Typed) -> "Keys":
        """Returns the keys with one as it was typed; what is as before stays as it is written.

        Raises:
            ScheduleError: The text is no number, formula or text of this schedule; with its column.
            TimeError: The time is none.
        """
        before, keys = self.key(index), self
        if typed.text.strip() != before.text.strip():
            keys = keys._with(self.kind.set_text(keys.source, self.scope, index, typed.text))
        if not self.kind.is_text and typed.ease != before.ease:
            keys = keys._with(edit.set_ease(keys.source, self.scope, index, typed.ease))
        if typed.time.strip() == before.time:
            return keys
        try:
            return keys._with(self.kind.set_time(keys.source, self.scope, index, typed.time))
        except ScheduleError as error:
            raise TimeError(str(error)) from error

    def key(self, index: int) -> ShownKey:
        """Returns a key.

        Raises:
            ScheduleError: There is none of this index.
        """
        shown = self.shown
        if not 0 <= index < len(shown):
            raise ScheduleError("this key is no longer there", hint="look at the curve, and try again")
        return shown[index]

    def _text_at(self, frame: int) -> str:
        by_frame = sorted(self.shown, key=lambda key: key.frame)
        return ([key for key in by_frame if key.frame <= frame] or by_frame[:1])[-1].text

    def _with(self, source: Source) -> "Keys":
        return replace(self, source=source)


def keys_of(film: Animation, path: str) -> Keys:
    """Returns the keys of a schedule, or of the prompts.

    Raises:
        UserError: The film has no such schedule.
    """
    if path == PROMPTS:
        return Keys(film.prompts.source, film.scope, _PROMPTS)
    schedule = schedule_fields(film).get(path)
    if schedule is None:
        raise UserError(f"the film has no schedule {path!r:.80}; look at the list of its curves again")
    return Keys(schedule.source, film.scope, _NUMBERS if isinstance(schedule, Schedule) else _TEXTS)


def _number_keys(source: Source, scope: Scope) -> Iterable[ShownKey]:
    return (
        ShownKey(key.index, key.frame, key.time, str(key.text), key.ease, key.value, key.is_formula)
        for key in edit.editable_keys(source, scope)
    )


def _text_keys(source: Source, scope: Scope) -> Iterable[ShownKey]:
    keys = edit.editable_texts(source, scope)
    return (ShownKey(key.index, key.frame, key.time, key.text) for key in keys)


def _prompt_keys(source: Source, scope: Scope) -> Iterable[ShownKey]:
    keys = edit.editable_prompts(source, scope)
    return (ShownKey(key.index, key.frame, key.time, key.text) for key in keys)


_NUMBERS = Kind(
    _number_keys,
    lambda source, scope, index, to: edit.move_key(source, scope, index, (to.frame, to.value), span=to.span),
    edit.add_key,
    edit.delete_key,
    edit.set_formula,
    edit.set_time,
    is_text=False,
)
_TEXTS = Kind(
    _text_keys,
    lambda source, scope, index, to: edit.move_text(source, scope, index, to.frame),
    edit.add_text,
    edit.delete_text,
    edit.set_text,
    edit.set_text_time,
)
_PROMPTS = Kind(
    _prompt_keys,
    lambda source, scope, index, to: edit.move_prompt(source, scope, index, to.frame),
    edit.add_prompt,
    edit.delete_prompt,
    edit.set_prompt,
    edit.set_prompt_time,
)
