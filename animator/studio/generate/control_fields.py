"""The fields of the ControlNet units, which are a list."""

from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import ui

from animator.generation.catalog import image_groups
from animator.settings.controlnet import MOST_UNITS
from animator.studio.generate.analysis import ImageAnalysis
from animator.studio.generate.image_values import value_at
from animator.studio.generate.session import ImageSession

UNITS = "controlnet"
AddField = Callable[[str], object]
"""Adds the field of a setting."""


class ControlFields:
    """Adds fields for each unit, and buttons to add and remove one.

    Args:
        session: The settings.
        add_field: Adds the field of a setting.
    """

    def __init__(self, session: ImageSession, add_field: AddField) -> None:
        self._session = session
        self._add_field = add_field
        self._shown = -1
        self._content = ui.element("div")
        add = ui.button(session.page.t("Add a ControlNet"), icon="add", on_click=self._add)
        add.props("flat no-caps data-testid=generate-add-control")
        session.watch(self._content, self._show)

    def _show(self, analysis: ImageAnalysis) -> None:
        count = min(MOST_UNITS, len(_units(analysis.values)))
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
            for setting in image_groups()[UNITS].settings:
                self._add_field(f"{UNITS}.{index}.{setting.name}")
        remove = ui.button(t("Remove"), icon="remove", on_click=partial(self._remove, index))
        remove.props("flat no-caps")

    def _add(self) -> None:
        units = _units(self._session.values)
        if len(units) < MOST_UNITS:
            self._session.change({UNITS: [*units, {"model": ""}]})

    def _remove(self, index: int) -> None:
        units = _units(self._session.values)
        self._session.change({UNITS: [*units[:index], *units[index + 1 :]] or None})


def _units(values: object) -> list[Any]:
    units = value_at(values, UNITS)
    return units if isinstance(units, list) else []
