"""The panel of curves on the page of a film."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from nicegui import background_tasks, ui
from nicegui.events import GenericEventArguments

from animator.errors import UserError
from animator.studio.analysis import Analysis
from animator.studio.components.curve_editor import CurveEditor
from animator.studio.film.curves.board import View, board_of, empty_board
from animator.studio.film.curves.catalog import Choice
from animator.studio.film.curves.changes import Edit, previewed
from animator.studio.film.curves.chooser import Chooser
from animator.studio.film.curves.draft_edits import DraftEdits
from animator.studio.film.curves.key_editor import KeyEditor
from animator.studio.film.curves.keys import Target, Typed, keys_of
from animator.studio.film.curves.labels import editor_labels
from animator.studio.film.curves.requests import number_in, path_in, whole_in
from animator.studio.film.curves.sound_row import Heard, heard_of, wave_data
from animator.studio.film.session import DraftSession
from animator.studio.telling import tell
from schedules import ScheduleError

PREVIEW_S = 0.06
"""Time between two looks at how a curve will be while a key is dragged."""
ZOOMS = (
    ("zoom_in", "Zoom in", "zoom(0.5)"),
    ("zoom_out", "Zoom out", "zoom(2)"),
    ("fit_screen", "Whole film", "fit()"),
)
"""Icon, name and the editor's call of the buttons that zoom the time axis."""
Handler = Callable[[Any], Awaitable[None]]
"""Does what a message of the browser asks for."""


def curves_panel(session: DraftSession) -> None:
    """Builds the panel: the schedules of the film over its frames, with keys to edit."""
    ui.add_css(Path(__file__).with_name("curves.css"))
    session.watch(CurvesPanel(session).changed)


class CurvesPanel:
    """The panel of curves: shows the film of a draft, and edits its text."""

    def __init__(self, session: DraftSession) -> None:
        self._session, self._t, self._run = session, session.page.t, session.page.studio.run
        self._view, self._board = View(), empty_board()
        self._edits = DraftEdits(session)
        self._serial = 0
        self._heard: Heard | None = None
        self._listening = asyncio.Lock()
        self._open: tuple[str, int] | None = None
        self._tools = ui.element("div").classes("curve-tools")
        self._editor = CurveEditor(self._board.data, editor_labels(self._t))
        self._keys = KeyEditor(self._t, self._save_open_key, self._delete_open_key, self._focus_open_key)
        with self._tools:
            self._chooser = Chooser(self._t, self._show_curve, self._hide_curve)
            for icon, name, call in ZOOMS:
                self._zoom(icon, self._t(name), call)
            overlay = ui.switch(self._t("Over each other")).props("dense data-testid=curves-overlay")
            overlay.on_value_change(lambda event: self._editor.overlay(on=bool(event.value)))
        self._listen()

    def changed(self, analysis: Analysis) -> None:
        """Shows the film after a change of its text."""
        background_tasks.create(self._show(analysis), name="curves of a film")

    async def _show(self, analysis: Analysis) -> None:
        self._serial += 1
        serial = self._serial
        board = await self._run(board_of, analysis, self._view, self._t)
        if serial != self._serial:  # a later text, or another choice, is shown by now
            return
        self._board = board
        self._edits.know(board.sources)
        self._editor.show(board.data)
        self._chooser.know(board.entries, self._view.choice)
        await self._show_sound(serial)

    async def _show_sound(self, serial: int) -> None:
        """Shows the wave, unless it is the one that is shown already; only one at a time is decoded."""
        film, window = self._board.film, self._board.data["window"]
        heard = await self._run(heard_of, film, window) if film else None
        async with self._listening:
            if serial != self._serial or heard == self._heard:
                return
            self._editor.show_wave(await self._run(wave_data, heard) if heard else None)
            self._heard = heard

    def _show_curve(self, path: str) -> None:
        self._choose(self._view.choice.showing(path))

    def _hide_curve(self, path: str) -> None:
        self._choose(self._view.choice.hiding(path))

    def _choose(self, choice: Choice) -> None:
        self._view = replace(self._view, choice=choice)
        self.changed(self._session.analysis)

    def _listen(self) -> None:
        """Has the messages of the browser answered."""
        handlers: dict[str, Handler] = {
            "key-move": self._move_key,
            "key-add": self._add_key,
            "key-delete": self._delete_key,
            "key-open": self._open_key,
            "view": self._look_at,
            "hide": self._hide,
        }
        for name, handler in handlers.items():
            self._editor.on(name, self._answer(handler))
        self._editor.on("key-preview", self._answer(self._preview), throttle=PREVIEW_S)

    def _answer(self, handler: Handler) -> Callable[[GenericEventArguments], Awaitable[None]]:
        """Returns a handler whose errors are told to the person; the page then shows the film as it is."""

        async def answer(event: GenericEventArguments) -> None:
            try:
                await handler(event.args)
            except (UserError, ScheduleError) as error:
                self._editor.reset()
                with self._tools:
                    tell(str(error), self._t)

        return answer

    async def _edit(self, path: str, edit: Edit) -> None:
        if not await self._edits.edit(path, edit):
            self._editor.reset()

    async def _move_key(self, message: Any) -> None:
        index, target = whole_in(message, "index"), _target(message)
        await self._edit(path_in(message), lambda keys: keys.moved(index, target))

    async def _preview(self, message: Any) -> None:
        path, index, target = path_in(message), whole_in(message, "index"), _target(message)
        curve = await self._run(previewed, self._board, path, lambda keys: keys.moved(index, target))
        self._editor.preview(curve, whole_in(message, "serial"))

    async def _add_key(self, message: Any) -> None:
        frame, value = whole_in(message, "frame"), number_in(message, "value")
        await self._edit(path_in(message), lambda keys: keys.added(frame, value))

    async def _delete_key(self, message: Any) -> None:
        index = whole_in(message, "index")
        await self._edit(path_in(message), lambda keys: keys.deleted(index))

    async def _open_key(self, message: Any) -> None:
        path, index = path_in(message), whole_in(message, "index")
        if self._board.film is not None:
            keys = await self._run(keys_of, self._board.film, path)
            self._keys.open(path, keys.key(index), is_text=keys.kind.is_text)
            self._open = path, index

    async def _save_open_key(self, typed: Typed) -> None:
        if self._open is not None:
            path, index = self._open
            await self._edit(path, lambda keys: keys.typed(index, typed))

    async def _delete_open_key(self) -> None:
        if self._open is not None:
            path, index = self._open
            await self._delete_key({"path": path, "index": index})

    def _focus_open_key(self) -> None:
        if self._open is not None:
            self._editor.focus_key(*self._open)

    async def _hide(self, path: Any) -> None:
        if isinstance(path, str):
            self._hide_curve(path)

    async def _look_at(self, message: Any) -> None:
        self._view = replace(self._view, start=whole_in(message, "start"), end=whole_in(message, "end"))
        if not self._board.is_whole:
            await self._show(self._session.analysis)

    def _zoom(self, icon: str, name: str, call: str) -> None:
        button = ui.button(icon=icon).props(f'flat dense round aria-label="{name}" data-testid=curves-{icon}')
        button.tooltip(name).on("click", js_handler=f"() => getElement({self._editor.id}).{call}")


def _target(message: Any) -> Target:
    return Target(whole_in(message, "frame"), number_in(message, "value"), number_in(message, "span"))
