"""The list of a film's schedules, from which a person chooses the curves to see."""

from collections.abc import Callable, Sequence

from nicegui import ui

from animator.studio.film.curves.catalog import Choice, Entry, grouped
from animator.studio.labels import Translate
from animator.studio.search import has_words


class Chooser:
    """A menu with a search, and the schedules below it: those that the film sets, then the others by group.

    Args:
        t: Translates its texts.
        show: Called with the path of a schedule that is to be shown.
        hide: Called with that of one that is not.
    """

    def __init__(self, t: Translate, show: Callable[[str], None], hide: Callable[[str], None]) -> None:
        self._t, self._show, self._hide = t, show, hide
        self._entries: Sequence[Entry] = ()
        self._choice = Choice()
        button = ui.button(t("Choose curves"), icon="checklist")
        button.props("flat dense no-caps data-testid=curves-choose aria-haspopup=true")
        with (
            button,
            ui.menu()
            .props('anchor="bottom left" self="top left" role=group')
            .classes("curve-chooser") as menu,
        ):
            self._search = ui.input(t("Search"), on_change=self._list)
            self._search.props("dense clearable data-testid=curves-search")
            self._rows = ui.element("div").classes("curve-chooser-list")
        menu.on("show", self._list)

    def know(self, entries: Sequence[Entry], choice: Choice) -> None:
        """Takes the schedules of a film, and which are shown."""
        self._entries, self._choice = entries, choice

    def _list(self) -> None:
        found = [entry for entry in self._entries if has_words(entry.path, self._search.value)]
        self._rows.clear()
        with self._rows:
            if not found:
                ui.label(self._t("No schedule has this in its name.")).classes("studio-soft")
            for group, entries in grouped(found):
                ui.label(group or self._t("Set by this film")).classes("curve-chooser-group")
                for entry in entries:
                    self._row(entry)

    def _row(self, entry: Entry) -> None:
        ui.checkbox(
            entry.path,
            value=self._choice.shows(entry),
            on_change=lambda event: self._show(entry.path) if event.value else self._hide(entry.path),
        ).props(f"dense data-testid=curves-choose-{entry.path}")
