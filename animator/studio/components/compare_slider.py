"""`CompareSlider`: two images on top of each other, and a handle between them."""

from dataclasses import dataclass

from nicegui.element import Element


@dataclass(frozen=True)
class Compared:
    """One of two images.

    Attributes:
        source: Its URL.
        name: Its name, as its alternative text.
    """

    source: str
    name: str


class CompareSlider(Element, component="compare_slider.js"):
    """Two images of which a handle shows more or less; it is moved by pointer and by arrow keys.

    Args:
        left: The image at the left of the handle.
        right: The image at its right.
        label: Name of the handle for screen readers.
    """

    def __init__(self, left: Compared, right: Compared, label: str) -> None:
        super().__init__()
        self._props.update(
            left=left.source,
            left_name=left.name,
            right=right.source,
            right_name=right.name,
            label=label,
        )
