"""A row of the list of prompts: time, text, negative prompt, easing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from nicegui import events, ui

from animator.studio.film.form.text_box import Control, TextBox
from animator.studio.film.prompts.changes import Change
from animator.studio.film.prompts.spans import Span, text_of
from animator.studio.film.prompts.time_box import TimeBox
from animator.studio.icon_button import icon_button
from animator.studio.labels import Translate
from schedules.easing import EASINGS
from schedules.edit import (
    delete_prompt,
    set_prompt,
    set_prompt_ease,
    set_prompt_negative,
    set_prompt_time,
)

HOLD = "hold"


@dataclass(frozen=True)
class Actions:
    """What a row may do.

    Attributes:
        change: Changes the prompts; returns why they cannot be, or an empty text.
        duplicate: Adds a prompt like the one at a place in the order of time.
        left: Called when a person leaves the row.
    """

    change: Callable[..., Awaitable[str]]
    duplicate: Callable[[int], Awaitable[None]]
    left: Callable[[], None]


class PromptRow:
    """A prompt in the list.

    Args:
        place: Its place in the order of time, from 0.
        span: The prompt.
        actions: What it may do.
        t: Translates texts.
    """

    def __init__(self, place: int, span: Span, actions: Actions, t: Translate) -> None:
        self._place, self._span, self._actions, self._t = place, span, actions, t
        self._is_showing = False
        number = place + 1
        title = t("Prompt {number}").format(number=number)
        self._row = ui.element("section").classes("prompt-row").props(f"data-testid=prompt-{place}")
        self._row.props["aria-label"] = title
        with self._row:
            with ui.element("div").classes("prompt-head"):
                self._time = TimeBox(self._control(t("Time"), "time"), self._save_time)
                self._label(self._time, t("Time"))
                self._seen = ui.label().classes("prompt-seen")
                self._buttons(title)
            self._text = self._box(t("Prompt"), "text", self._save_text).as_box()
            self._negative = self._box(t("Negative prompt"), "negative", self._save_negative).as_box()
            self._ease = self._eases(number)
            for box in (self._text, self._negative):
                box.element.props("spellcheck=true")
            self._problem = ui.label().classes("form-problem").props("role=alert")

    @property
    def _index(self) -> int:
        return self._span.prompt.index

    @property
    def is_focused(self) -> bool:
        """True while a person is in one of the texts."""
        return any(box.is_focused for box in (self._time, self._text, self._negative))

    def show(self, span: Span, frames: int, fps: float, problems: tuple[str, ...] = ()) -> None:
        """Shows a prompt.

        Args:
            span: The prompt.
            frames: Length of the film.
            fps: Frames per second.
            problems: What is wrong with it.
        """
        self._span = span
        self._is_showing = True
        self._time.show(span.prompt.time)
        self._text.show(span.positive)
        self._negative.show(span.negative)
        self._ease.set_value(span.prompt.ease or "")
        self._is_showing = False
        self._ease.set_visibility(span.stop < frames)
        self._seen.set_text(self._words(span, fps))
        self._row.classes(add="" if span.is_seen else "is-unseen", remove="is-unseen" if span.is_seen else "")
        if problems:
            self._problem.set_text("\n".join(problems))

    def _words(self, span: Span, fps: float) -> str:
        if not span.is_seen:
            return self._t("not seen in the film")
        first, last = span.first, span.stop - 1
        return self._t("frames {first}–{last} · {start}–{end} s").format(
            first=first, last=last, start=f"{first / fps:.2f}", end=f"{span.stop / fps:.2f}"
        )

    def _box(self, title: str, name: str, typed: Callable[[str], Awaitable[None] | None]) -> TextBox:
        def changed(text: str) -> Awaitable[None] | None:
            return None if self._is_showing else typed(text)

        box = TextBox(self._control(title, name), changed)
        self._label(box, title)
        return box

    def _control(self, title: str, name: str) -> Control:
        return Control(title, f"prompt-{self._place}-{name}", self._actions.left, self._t)

    def _label(self, box: TextBox, title: str) -> None:
        box.element.props["label"] = title
        box.element.props["aria-label"] = f"{title} {self._place + 1}"

    def _eases(self, number: int) -> ui.select:
        t = self._t
        options = {
            "": t("As the film"),
            HOLD: t("Switch at once"),
            **{name: name for name in EASINGS if name != HOLD},
        }
        select = ui.select(options, label=t("Morph into the next"), value="", on_change=self._save_ease)
        select.props(f"dense outlined options-dense data-testid=prompt-{self._place}-ease")
        select.props["aria-label"] = f"{t('Morph into the next')} {number}"
        return select

    def _buttons(self, title: str) -> None:
        t = self._t
        for icon, text, name, pressed in (
            ("content_copy", t("Duplicate"), "duplicate", partial(self._actions.duplicate, self._place)),
            ("delete", t("Delete"), "delete", self._delete),
        ):
            button = icon_button(icon, text, pressed, is_small=True)
            button.props(f"data-testid=prompt-{self._place}-{name}")
            button.props["aria-label"] = f"{text}: {title}"

    async def _do(self, change: Change, *, typed: bool = False) -> None:
        self._problem.set_text(await self._actions.change(change, typed=typed))

    async def _save_text(self, text: str) -> None:
        beside = self._span.prompt.negative  # then it stays where it is
        whole = text if beside else text_of(text, self._negative.text)
        await self._do(lambda source, scope: set_prompt(source, scope, self._index, whole), typed=True)

    async def _save_negative(self, text: str) -> None:
        await self._do(
            lambda source, scope: set_prompt_negative(source, scope, self._index, text), typed=True
        )

    async def _save_time(self, time: str) -> None:
        if time and time != self._span.prompt.time:
            await self._do(lambda source, scope: set_prompt_time(source, scope, self._index, time))

    async def _save_ease(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        ease = event.value or None
        if ease != self._span.prompt.ease:
            await self._do(lambda source, scope: set_prompt_ease(source, scope, self._index, ease))

    async def _delete(self) -> None:
        await self._do(lambda source, scope: delete_prompt(source, scope, self._index))
