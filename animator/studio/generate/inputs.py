"""The panel of what an image is generated from: its modes, the canvas, and the settings of the mode."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from animator.errors import UserError
from animator.studio.components.paint_canvas import SIDES, PaintCanvas
from animator.studio.generate.analysis import ImageAnalysis
from animator.studio.generate.form import ImageForm
from animator.studio.generate.image_values import value_at
from animator.studio.generate.input_modes import (
    GROUPS,
    IMAGE,
    MASK,
    TITLES,
    InputMode,
    changes_to,
    file_at,
    fits,
    margins_of,
    mode_of,
)
from animator.studio.generate.session import ImageSession

SQUARE = (512, 512)
"""Size of a white canvas where the settings have none."""
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "init": ("init.strength", "init.resize", "init.noise_multiplier"),
    "mask": ("mask.blur", "mask.fill", "mask.full_res", "mask.padding", "mask.invert"),
    "outpaint": (*(f"outpaint.{side}" for side in SIDES), "outpaint.blur", "outpaint.fill"),
}


class InputPanel:
    """What an image is generated from.

    Args:
        session: The settings.
        form: Builds the fields of settings.
    """

    def __init__(self, session: ImageSession, form: ImageForm) -> None:
        self._session = session
        self._mode = mode_of(session.values)
        self._image = ""
        t = session.page.t
        self._modes = ui.toggle(
            {mode.value: t(title) for mode, title in TITLES.items()},
            value=self._mode.value,
            on_change=lambda event: self.choose(InputMode(event.value)),
        )
        self._modes.props["aria-label"] = t("Generate from")
        self._modes.props("no-caps unelevated data-testid=generate-mode").classes("generate-modes")
        self._canvas = PaintCanvas(t, self.open, self._move_side)
        self._groups = {group: ui.element("div") for group in _FIELDS}
        for group, content in self._groups.items():
            with content:
                form.fields(_FIELDS[group])
        session.watch(self._canvas, self._show)

    def choose(self, mode: InputMode) -> None:
        """Generates from something else; what was opened stays on the canvas."""
        if mode is self._mode:
            return
        self._mode = mode
        self._session.change(changes_to(mode, self._image))
        self._show(self._session.analysis)

    def open(self, name: str) -> None:
        """Opens an image by the name that settings have for it, without the mask of another."""
        self._image = name
        if self._mode is InputMode.TEXT:
            self._mode = InputMode.IMAGE
        self._session.change({IMAGE: name, MASK: None})

    async def finish(self) -> None:
        """Has the settings name what is drawn.

        Raises:
            UserError: There is nothing to generate from, or the browser did not send it.
        """
        if self._mode is InputMode.TEXT:
            return
        t = self._session.page.t
        try:
            drawing = await self._canvas.drawing()
        except TimeoutError as error:
            raise UserError(t("The browser did not answer in time; try again.")) from error
        if drawing.image is None:
            raise UserError(t("Open an image first, or draw one in a sketch."))
        changes: dict[str, Any] = {IMAGE: drawing.image}
        if self._mode.has_mask:
            if drawing.mask is None:
                raise UserError(t("Paint over what is to be generated anew."))
            changes[MASK] = drawing.mask
        if self._mode is InputMode.OUTPAINT and not any(margins_of(self._session.values).values()):
            raise UserError(t("Drag an edge of the image to where it should end."))
        self._session.change(changes)

    def _move_side(self, side: str, size: int) -> None:
        self._session.change({f"outpaint.{side}": size or None}, typed=True)
        self._show_size(self._session.values)

    def _show(self, analysis: ImageAnalysis) -> None:
        values = analysis.values
        if not fits(self._mode, values):
            self._mode = mode_of(values)
        self._image = file_at(values, IMAGE) or self._image
        self._modes.set_value(self._mode.value)
        self._canvas.set_visibility(self._mode is not InputMode.TEXT)
        self._canvas.show(self._mode.value, self._image, file_at(values, MASK))
        self._show_size(values)
        for group, content in self._groups.items():
            content.set_visibility(group in GROUPS[self._mode])

    def _show_size(self, values: object) -> None:
        size = value_at(values, "size")
        is_size = isinstance(size, list) and len(size) == 2 and all(type(side) is int for side in size)
        inner = (min(8192, max(8, size[0])), min(8192, max(8, size[1]))) if is_size else None
        self._canvas.size(inner or SQUARE, inner, margins_of(values))
