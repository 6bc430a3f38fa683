"""What an image is generated from: the ways, and the settings that each has."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from animator.studio.components.paint_canvas import SIDES
from animator.studio.generate.image_values import Changes, value_at

IMAGE, MASK = "init.image", "mask.image"


class InputMode(Enum):
    """What an image is generated from."""

    TEXT = "text"
    IMAGE = "image"
    SKETCH = "sketch"
    INPAINT = "inpaint"
    INPAINT_SKETCH = "inpaint_sketch"
    OUTPAINT = "outpaint"

    @property
    def has_mask(self) -> bool:
        """True if only what is painted is generated anew."""
        return self in (InputMode.INPAINT, InputMode.INPAINT_SKETCH)


TITLES: Mapping[InputMode, str] = {
    InputMode.TEXT: "Text",
    InputMode.IMAGE: "Image",
    InputMode.SKETCH: "Sketch",
    InputMode.INPAINT: "Inpaint",
    InputMode.INPAINT_SKETCH: "Inpaint sketch",
    InputMode.OUTPAINT: "Outpaint",
}
GROUPS: Mapping[InputMode, tuple[str, ...]] = {
    InputMode.TEXT: (),
    InputMode.IMAGE: ("init",),
    InputMode.SKETCH: ("init",),
    InputMode.INPAINT: ("init", "mask"),
    InputMode.INPAINT_SKETCH: ("init", "mask"),
    InputMode.OUTPAINT: ("init", "outpaint"),
}
"""The groups of settings that act in each mode."""


def margins_of(values: object) -> dict[str, int]:
    """Returns the room beyond each side, in pixels; 0 where that is no whole number."""
    sizes = {side: value_at(values, f"outpaint.{side}") for side in SIDES}
    return {side: size if type(size) is int and size >= 0 else 0 for side, size in sizes.items()}


def file_at(values: object, path: str) -> str:
    """Returns the name of the file that a setting has; empty where it has none, or what is no name."""
    name = value_at(values, path)
    return name if isinstance(name, str) else ""


def mode_of(values: object) -> InputMode:
    """Returns the plainest mode that settings are of."""
    if any(margins_of(values).values()):
        return InputMode.OUTPAINT
    if file_at(values, MASK):
        return InputMode.INPAINT
    return InputMode.IMAGE if file_at(values, IMAGE) else InputMode.TEXT


def fits(mode: InputMode, values: object) -> bool:
    """Returns False for a mode in which the settings could not have been written."""
    plain = mode_of(values)
    if plain is InputMode.TEXT:
        return True  # nothing is opened yet
    if plain is InputMode.IMAGE:
        return mode is not InputMode.TEXT
    return mode is plain or (plain is InputMode.INPAINT and mode.has_mask)


def changes_to(mode: InputMode, image: str) -> Changes:
    """Returns what changes where a mode is chosen.

    Args:
        mode: The mode.
        image: The image that was opened last; empty for none.
    """
    changes: dict[str, Any] = {}
    if not mode.has_mask:
        changes[MASK] = None
    if mode is not InputMode.OUTPAINT:
        changes |= {f"outpaint.{side}": None for side in SIDES}
    return {**changes, IMAGE: None if mode is InputMode.TEXT else image or None}
