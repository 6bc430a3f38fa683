"""The panel of prompts: what is common to all, and a list of prompts along the time of the film."""

from functools import partial
from typing import Any

from nicegui import ui

from animator.errors import UserError
from animator.settings import Animation
from animator.settings.catalog import Setting
from animator.studio.analysis import Analysis
from animator.studio.film.form.field import Field, Form
from animator.studio.film.form.groups import Place, known_settings
from animator.studio.film.form.state import problems_below
from animator.studio.film.prompts.changes import Change, with_prompts
from animator.studio.film.prompts.row import Actions, PromptRow
from animator.studio.film.prompts.spans import Span, free_frame, spans
from animator.studio.written import ABSENT
from schedules import ScheduleError
from schedules.edit import add_prompt, editable_prompts

COMMON = ("prompt_prefix", "prompt_suffix", "negative_prompt", "prompt_morph")
"""Settings that are for all prompts."""
HINTS = (
    "(a word:1.3) weighs more, (a word:0.7) less",
    "__animals__ takes a line of the file animals.txt in the wildcard folder; {red|blue} one of these",
    "`sin(t/10)` between backticks is math: a number that changes by frame",
    "<lora:name:0.8> uses a LoRA of the model folders",
    "Times are frames (30), seconds (2s), beats (8b), shares of the film (50%) or formulas (max_f/2)",
)


def prompts_panel(form: Form) -> None:
    """Builds the panel of the prompts."""
    PromptsPanel(form)


class PromptsPanel:
    """The list of prompts of a film."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._t = form.session.page.t
        self._rows: list[PromptRow] = []
        self._shown: list[Span] = []
        with ui.element("details").classes("prompt-common"):
            with ui.element("summary").props("data-testid=prompts-common"):
                ui.label(self._t("Common to all prompts"))
            settings = [known_settings()["", name] for name in COMMON]
            self._common = [Field(form, _place(setting), id_prefix="common-") for setting in settings]
        self._note = ui.label().classes("form-problem").props("role=alert data-testid=prompts-problem")
        self._list = ui.element("div").classes("prompt-list")
        add = ui.button(self._t("Add a prompt"), icon="add", on_click=self._add)
        add.props("outline no-caps dense data-testid=add-prompt")
        self._hints()
        form.session.watch(self.show)

    def show(self, analysis: Analysis) -> None:
        """Shows the film after a change of its text."""
        if not analysis.written.is_readable or analysis.version != self._form.session.draft.version:
            return
        for field in self._common:
            field.show()
        film = analysis.film
        if film is None:
            self._note.set_text(self._t("Correct the problems of the film first."))
            return
        try:
            prompts = editable_prompts(_source(analysis), film.scope)
        except ScheduleError as error:
            self._note.set_text(str(error))
            return
        self._show_rows(spans(prompts, film.frames), film, analysis)

    def _show_rows(self, found: list[Span], film: Animation, analysis: Analysis) -> None:
        if self._is_in_use and _keys(found, by_index=True) == _keys(self._shown, by_index=True):
            by_index = {span.prompt.index: span for span in found}
            found = [by_index[span.prompt.index] for span in self._shown]  # rows do not jump under the hands
        elif _keys(found) != _keys(self._shown):
            self._build(found)
        self._shown = found
        for row, span in zip(self._rows, found, strict=True):
            path = ("prompts", span.prompt.time)
            problems = tuple(problem.message for problem in problems_below(path, analysis))
            row.show(span, film.frames, film.fps, problems)
        others = [one for one in problems_below(("prompts",), analysis) if len(one.setting) < 2]
        self._note.set_text("\n".join(problem.message for problem in others))

    @property
    def _is_in_use(self) -> bool:
        return any(row.is_focused for row in self._rows)

    def _build(self, found: list[Span]) -> None:
        self._list.clear()
        actions = Actions(self._change, self._duplicate, lambda: self.show(self._form.session.analysis))
        with self._list:
            self._rows = [PromptRow(place, span, actions, self._t) for place, span in enumerate(found)]

    def _hints(self) -> None:
        t = self._t
        with ui.element("details").classes("prompt-hints"):
            with ui.element("summary"):
                ui.label(t("What a prompt may have"))
            with ui.element("ul"):
                for hint in HINTS:
                    with ui.element("li"):
                        ui.label(t(hint)).classes("studio-wrap")

    async def _add(self) -> None:
        await self._add_after(len(self._shown) - 1, "")

    async def _duplicate(self, place: int) -> None:
        await self._add_after(place, self._shown[place].prompt.text)

    async def _add_after(self, place: int, text: str) -> None:
        film = self._form.session.analysis.film
        if film is None or not self._shown:
            return
        frame = free_frame(self._shown, place, film.frames)
        self._note.set_text(await self._change(partial(add_prompt, frame=frame, text=text)))

    async def _change(self, change: Change, *, typed: bool = False) -> str:
        """Changes the prompts; returns why they cannot be, or an empty text."""
        analysis = self._form.session.analysis
        film = analysis.film
        if film is None:
            return self._t("Correct the problems of the film first.")
        edit = partial(
            with_prompts, change=change, scope=film.scope, count=len(self._shown), inherited=_source(analysis)
        )
        try:
            await self._form.edits.make(edit, typed=typed)
        except (UserError, ScheduleError) as error:
            return str(error)
        return ""


def _source(analysis: Analysis) -> Any:
    value = analysis.written.value(("prompts",))
    return "" if value is ABSENT else value


def _place(setting: Setting) -> Place:
    return Place(setting, (setting.name,))


def _keys(found: list[Span], *, by_index: bool = False) -> list[int]:
    indices = [span.prompt.index for span in found]
    return sorted(indices) if by_index else indices
