"""`CurveEditor`: curves over time in the browser, with keys to drag."""

from collections.abc import Mapping
from typing import Any

from nicegui.element import Element


class CurveEditor(Element, component="curve_editor.js", esm={"animator-curves": "curves"}):
    """Curves over time, texts as spans, and a sound's wave, with rulers, a cursor, and keys to drag.

    Its events are `key-move`, `key-preview`, `key-add`, `key-delete`, `key-open`, `hide` and `view`; it
    changes nothing itself, but shows a dragged key and its curve where they will be.

    Args:
        board: What it shows, as `BoardData`.
        labels: Its texts, by the names in `labels.py`.
    """

    def __init__(self, board: Mapping[str, Any], labels: Mapping[str, str]) -> None:
        super().__init__()
        self._props["board"] = board
        self._props["labels"] = labels
        self._props["wave"] = None
        self._props["overlay"] = False

    def show(self, board: Mapping[str, Any]) -> None:
        """Shows another film, or another state of it."""
        self._props["board"] = board
        self.update()

    def show_wave(self, wave: Mapping[str, Any] | None) -> None:
        """Shows the wave of another sound; None is a silent film."""
        self._props["wave"] = wave
        self.update()

    def overlay(self, *, on: bool) -> None:
        """Shows all curves over each other, each in its own range, or below each other."""
        self._props["overlay"] = on
        self.update()

    def preview(self, curve: Mapping[str, Any], serial: int) -> None:
        """Shows a curve as it will be when the key of a drag is released.

        Args:
            curve: The curve, as `CurveData`.
            serial: The number of the drag.
        """
        self.run_method("preview", curve, serial)

    def focus_key(self, path: str, index: int) -> None:
        """Gives a key of a curve the focus."""
        self.run_method("focusKey", path, {"index": index})

    def reset(self) -> None:
        """Shows the film as it is after an edit that was not made."""
        self.run_method("reset")
