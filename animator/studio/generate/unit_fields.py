"""The fields of units, which are lists: of ControlNets and of IP-Adapters."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from nicegui import ui

from animator.generation.catalog import image_groups
from animator.settings.controlnet import MOST_UNITS as MOST_CONTROLS
from animator.settings.ip_adapter import MOST_UNITS as MOST_ADAPTERS
from animator.studio.generate.analysis import ImageAnalysis
from animator.studio.generate.image_values import value_at
from animator.studio.generate.session import ImageSession

AddField = Callable[[str], object]
"""Adds the field of a setting."""


@dataclass(frozen=True)
class UnitKind:
    """A list of units.

    Attributes:
        group: Its setting.
        title: What it is called.
        add: Text of the button that adds a unit.
        most: Greatest number of units.
    """

    group: str
    title: str
    add: str
    most: int


UNITS = (
    UnitKind("controlnet", "ControlNet", "Add a ControlNet", MOST_CONTROLS),
    UnitKind("ip_adapter", "IP-Adapter", "Add an IP-Adapter", MOST_ADAPTERS),
)


class UnitFields:
    """Adds fields for each unit, and buttons to add and remove one.

    Args:
        kind: The list of units.
        session: The settings.
        add_field: Adds the field of a setting.
    """

    def __init__(self, kind: UnitKind, session: ImageSession, add_field: AddField) -> None:
        self._kind = kind
        self._session = session
        self._add_field = add_field
        self._shown = -1
        self._content = ui.element("div")
        add = ui.button(session.page.t(kind.add), icon="add", on_click=self._add)
        add.props(f"flat no-caps data-testid=generate-add-{kind.group.replace('_', '-')}")
        session.watch(self._content, self._show)

    def _show(self, analysis: ImageAnalysis) -> None:
        count = min(self._kind.most, len(self._units(analysis.values)))
        if count == self._shown:
            return
        self._shown = count
        self._content.clear()
        with self._content:
            for index in range(count):
                self._unit(index)

    def _unit(self, index: int) -> None:
        t = self._session.page.t
        with ui.element("div").classes("generate-fields"):
            group = self._kind.group
            for setting in image_groups()[group].settings:
                self._add_field(f"{group}.{index}.{setting.name}")
        remove = ui.button(t("Remove"), icon="remove", on_click=partial(self._remove, index))
        remove.props("flat no-caps")

    def _add(self) -> None:
        units = self._units(self._session.values)
        if len(units) < self._kind.most:
            self._session.change({self._kind.group: [*units, {"model": ""}]})

    def _remove(self, index: int) -> None:
        units = self._units(self._session.values)
        self._session.change({self._kind.group: [*units[:index], *units[index + 1 :]] or None})

    def _units(self, values: object) -> list[Any]:
        units = value_at(values, self._kind.group)
        return units if isinstance(units, list) else []
