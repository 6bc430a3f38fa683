"""The panel of settings: a form of groups, a search, and the settings that are set."""

from pathlib import Path

from nicegui import ui

from animator.studio.analysis import Analysis
from animator.studio.film.form.field import Field, Form
from animator.studio.film.form.groups import Place, find, known_groups, places_in
from animator.studio.film.form.sections import Section

PAGE = 30
"""Settings of a search that are built at once."""


def settings_form(form: Form) -> None:
    """Builds the form of all settings of a film."""
    SettingsForm(form)


class SettingsForm:
    """The form: its groups, or the settings that a search or the filter finds."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._t = form.session.page.t
        self._found: list[Field] = []
        self._places: list[Place] = []
        self._room = PAGE
        self._tools()
        self._note = ui.label().classes("form-problem").props("role=status")
        with ui.element("div").classes("form-groups") as self._all:
            self._sections = [Section(form, group) for group in known_groups()]
        self._results = ui.element("div").classes("form-results").props("data-testid=settings-found")
        self._results.set_visibility(False)
        form.session.watch(self.show)

    def show(self, analysis: Analysis) -> None:
        """Shows the film after a change of its text."""
        t = self._t
        is_waiting = analysis.written.is_readable or analysis.version < 0
        self._note.set_text("" if is_waiting else t("The text is no YAML at the moment; correct it first."))
        self._all.classes(add="" if is_waiting else "is-stale", remove="is-stale" if is_waiting else "")
        if self._is_filtered:
            self._show_results()
        else:
            for section in self._sections:
                section.show(analysis)

    @property
    def _is_filtered(self) -> bool:
        return bool(self._words or self._only_set.value)

    @property
    def _words(self) -> str:
        return str(self._search.value or "").strip()

    def _tools(self) -> None:
        t = self._t
        with ui.element("div").classes("form-tools"):
            self._search = ui.input(placeholder=t("Search settings"), on_change=self._filter)
            self._search.props("dense outlined clearable debounce=150 data-testid=settings-search")
            self._search.props["aria-label"] = t("Search settings")
            with self._search.add_slot("prepend"):
                ui.icon("search").props("aria-hidden=true")
            self._only_set = ui.checkbox(t("Only what is set"), on_change=self._filter)
            self._only_set.props("dense data-testid=settings-only-set")

    def _filter(self) -> None:
        self._room = PAGE
        self._places = []
        self._results.set_visibility(self._is_filtered)
        self._all.set_visibility(not self._is_filtered)
        self._results.clear()
        self._found = []
        for section in self._sections:
            section.forget()
        self.show(self._form.session.analysis)

    def _show_results(self) -> None:
        """Shows what is found; anew where that has changed, since a set setting may have been removed."""
        places = self._matching()
        if places != self._places or not list(self._results):
            self._places = places
            self._build_results()
        for field in self._found:
            field.show()

    def _matching(self) -> list[Place]:
        written = self._form.session.analysis.written
        places = (place for group in known_groups() for place in places_in(group, written))
        if self._only_set.value:
            # A setting stays in view when it is reset here, so that the change is seen.
            places = (one for one in places if written.has_own(one.path) or one in self._places)
        return find(self._words, places, self._t)

    def _build_results(self) -> None:
        t = self._t
        titles = {group.name: t(group.title) for group in known_groups()}
        self._results.clear()
        self._found = []
        with self._results:
            count = t("{count} settings").format(count=len(self._places))
            ui.label(count).classes("studio-soft").props("role=status")
            for place in self._places[: self._room]:
                self._found.append(Field(self._form, place, origin=_origin(place, titles)))
            if len(self._places) > self._room:
                ui.button(t("Show more"), on_click=self._more).props("flat no-caps data-testid=settings-more")

    def _more(self) -> None:
        self._room += PAGE
        self._build_results()


def _origin(place: Place, titles: dict[str, str]) -> str:
    """Returns the title of a setting's group; in a list with the number of the item."""
    group, *item = place.path[:-1] or ("",)
    return " ".join((titles[group], *(str(int(index) + 1) for index in item)))


def form_style() -> None:
    """Adds the styles of the form."""
    ui.add_css(Path(__file__).with_name("form.css"))
