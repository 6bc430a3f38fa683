"""Hard cuts between images, over which nothing is interpolated.

A pair of images is a cut where both its layout and its colors change at once, and clearly more than they do
in the pair before or after it. So fast motion, flicker of the diffusion, and a series of images that have
nothing to do with each other are not cuts. Where the film has a new scene of its own, less of a change is
enough.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from animator.images.image import Image8

_SIDE = 24
"""Side of the thumbnails that are compared; smaller things than their pixels do not count."""
_BINS = 8
_MIN_LAYOUT = 0.1
"""Least mean difference of the thumbnails, in [0, 1]."""
_MIN_COLORS = 0.2
"""Least part of the pixels whose color has no counterpart in the other image."""
_TIMES = 3.0
"""How many times as much as in a neighboring pair the layout changes."""
_MIN_LAYOUT_OF_SCENE, _TIMES_OF_SCENE = 0.03, 1.5
"""The same for a frame that begins a new scene of the film; its colors do not count."""


@dataclass(frozen=True)
class Change:
    """Differences between an image and the one before: of the layout, and of the colors, both in [0, 1]."""

    layout: float
    colors: float


@dataclass(frozen=True, eq=False)
class Look:
    """A thumbnail (S, S, 3) in [0, 1], and the frequencies of colors (bins, bins, bins)."""

    thumbnail: NDArray[np.float32]
    colors: NDArray[np.float32]

    @classmethod
    def of(cls, image: Image8) -> "Look":
        """Returns the look of an image, uint8 RGB (H, W, 3)."""
        small = cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        counts = cv2.calcHist([image], [0, 1, 2], None, [_BINS] * 3, [0, 256] * 3)
        return cls(small, (counts / counts.sum()).astype(np.float32))

    def change_from(self, before: "Look") -> Change:
        """Returns the change from the image before."""
        layout = float(np.abs(self.thumbnail - before.thumbnail).mean())
        return Change(layout, float(np.abs(self.colors - before.colors).sum() / 2))


def mark_cuts(images: Iterable[Image8], scenes: Container[int] = ()) -> Iterator[tuple[Image8, bool]]:
    """Yields each image, and True where it comes after a cut.

    Args:
        images: uint8 RGB (H, W, 3), all of one size.
        scenes: Numbers of images that begin a new scene of the film.
    """
    last: Look | None = None
    before: Change | None = None
    waiting: tuple[Image8, Change, bool] | None = None
    for number, image in enumerate(images):
        look = Look.of(image)
        if last is None:
            yield image, False
        else:
            change = look.change_from(last)
            if waiting is not None:
                yield waiting[0], is_cut(waiting[1], (before, change), new_scene=waiting[2])
                before = waiting[1]
            waiting = (image, change, number in scenes)
        last = look
    if waiting is not None:
        yield waiting[0], is_cut(waiting[1], (before,), new_scene=waiting[2])


def is_cut(change: Change, neighbors: Iterable[Change | None], *, new_scene: bool = False) -> bool:
    """Returns True for a change that is a cut.

    Args:
        change: From one image to the next.
        neighbors: The changes before and after it; None at the ends.
        new_scene: True where the film begins a new scene.
    """
    usual = min((one.layout for one in neighbors if one is not None), default=0.0)
    if new_scene:
        return change.layout > max(_MIN_LAYOUT_OF_SCENE, _TIMES_OF_SCENE * usual)
    return change.colors > _MIN_COLORS and change.layout > max(_MIN_LAYOUT, _TIMES * usual)
