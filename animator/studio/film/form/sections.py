"""The groups of the form: built when they are opened, with an item for each of a list."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from nicegui import ui

from animator.errors import UserError
from animator.settings.catalog import SettingGroup
from animator.studio.analysis import Analysis
from animator.studio.film.form.changes import Items, added, moved, with_items, without
from animator.studio.film.form.field import Field, Form
from animator.studio.film.form.groups import Place, places_in, places_of_item
from animator.studio.film.form.state import problems_below
from animator.studio.icon_button import icon_button
from animator.studio.telling import tell
from animator.studio.written import WrittenSettings


class Section:
    """A group of the form; its fields are built when it is opened.

    Args:
        form: The form.
        group: The group.
    """

    def __init__(self, form: Form, group: SettingGroup) -> None:
        self._form, self._group = form, group
        self._t = form.session.page.t
        self._fields: list[Field] = []
        self._shape: object = None
        name = group.name or "film"
        self.element = ui.expansion(self._t(group.title)).classes("form-group")
        self.element.props(f"dense dense-toggle data-testid=group-{name}")
        self.element.on_value_change(self._opened)
        with self.element.add_slot("header"), ui.element("div").classes("form-group-head"):
            ui.label(self._t(group.title)).classes("form-group-title")
            self._count = ui.label().classes("form-count")
            self._wrong = ui.label().classes("form-wrong")
        with self.element:
            self._body = ui.element("div")

    def show(self, analysis: Analysis) -> None:
        """Shows the film after a change of its text."""
        written = analysis.written
        if not written.is_readable:
            return
        t = self._t
        count = sum(written.has_own(place.path) for place in places_in(self._group, written))
        self._count.set_text(t("{count} set").format(count=count) if count else "")
        wrong = len(self._problems(analysis))
        self._wrong.set_text(t("{count} wrong").format(count=wrong) if wrong else "")
        words = (t(self._group.title), self._count.text, self._wrong.text)
        self.element.props["toggle-aria-label"] = " ".join(filter(None, words))
        if not self.element.value:
            return
        if self._shape != self._shape_of(written):
            self._build(written)
        for field in self._fields:
            field.show()

    def forget(self) -> None:
        """Takes the fields away until the group is shown again: what is not seen is not kept up to date."""
        self._body.clear()
        self._fields = []
        self._shape = None

    def _problems(self, analysis: Analysis) -> list[object]:
        if self._group.name:
            return [*problems_below((self._group.name,), analysis)]
        names = (setting.name for setting in self._group.settings)
        return [problem for name in names for problem in problems_below((name,), analysis)]

    def _opened(self) -> None:
        self.show(self._form.session.analysis)

    def _shape_of(self, written: WrittenSettings) -> object:
        """Returns what decides which fields there are."""
        return [place.path for place in places_in(self._group, written)]

    def _build(self, written: WrittenSettings) -> None:
        self._shape = self._shape_of(written)
        self._fields = []
        self._body.clear()
        with self._body:
            if self._group.description:
                ui.label(self._t(self._group.description)).classes("form-about studio-wrap")
            if self._group.is_list:
                self._build_items(written)
            else:
                self._add(places_in(self._group, written))

    def _add(self, places: Iterable[Place]) -> None:
        self._fields += [Field(self._form, place) for place in places]

    def _build_items(self, written: WrittenSettings) -> None:
        t, name = self._t, self._group.name
        items = written.items(name)
        for index, item in enumerate(items):
            with ui.element("section").classes("form-item").props(f"data-testid=item-{name}-{index}"):
                self._item_head(index, len(items), _title_of(item))
                self._add(places_of_item(self._group, index, written))
        add = ui.button(
            t(_ADD[name]), icon="add", on_click=partial(self._change, partial(added, item=_NEW[name]))
        )
        add.props(f"outline no-caps dense data-testid=add-{name}")

    def _item_head(self, index: int, count: int, title: str) -> None:
        t, name = self._t, self._group.name
        with ui.element("div").classes("form-item-head"):
            ui.label(f"{index + 1}. {title}").classes("form-item-title studio-wrap")
            for icon, text, edit, possible in (
                ("arrow_upward", "Move up", partial(moved, at=index, to=index - 1), index > 0),
                ("arrow_downward", "Move down", partial(moved, at=index, to=index + 1), index + 1 < count),
                ("delete", "Remove", partial(without, at=index), True),
            ):
                button = icon_button(icon, t(text), partial(self._change, edit), is_small=True)
                button.props["aria-label"] = f"{t(text)}: {index + 1}. {title}"
                button.props(f"data-testid={text.split()[-1].lower()}-{name}-{index}")
                button.set_enabled(possible)

    async def _change(self, edit: Callable[[Items], Items]) -> None:
        """Changes the list of items."""
        name = self._group.name
        inherited = [*self._form.session.analysis.written.items(name)]
        try:
            await self._form.edits.make(partial(with_items, name=name, edit=edit, inherited=inherited))
        except UserError as error:
            tell(str(error), self._t)


_NEW: Mapping[str, Any] = {
    "controlnet": {"module": "canny"},
    "ip_adapter": {"weight": 1},
    "steps": {"use": "vignette"},
}
"""What a new item of a list begins with."""
_ADD = {
    "controlnet": "Add a ControlNet unit",
    "ip_adapter": "Add an IP-Adapter unit",
    "steps": "Add a step",
}


def _title_of(item: Any) -> str:
    """Returns what an item is called: its step, or its preprocessor and model."""
    if not isinstance(item, dict):
        return ""
    return str(item.get("use") or item.get("module") or item.get("model") or "")[:60]
