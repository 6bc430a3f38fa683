"""The labelled image of a grid: cells in columns and rows, with the values beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from animator.images.image import Image8
from animator.presets.grid import Grid

MAX_SIDE = 4000
"""Longest side of a sheet; encoders of videos take a little more."""
GAP = 4
BACKGROUND, TEXT = (22, 22, 24), (230, 230, 230)


@dataclass(frozen=True)
class Sheet:
    """The layout of a grid's cells.

    Attributes:
        grid: The grid.
        largest: Width and height that hold every cell's images.
    """

    grid: Grid
    largest: tuple[int, int]

    @cached_property
    def cell(self) -> tuple[int, int]:
        """Width and height of a cell: those of the images, or less where the sheet would be too large."""
        columns, rows = self.grid.shape
        room = [MAX_SIDE * 0.9 / count - GAP for count in (columns, rows)]
        scale = min(1.0, *(free / side for free, side in zip(room, self.largest, strict=True)))
        return max(8, int(self.largest[0] * scale)), max(8, int(self.largest[1] * scale))

    @cached_property
    def blank(self) -> Image.Image:
        """The sheet with its labels, and without images."""
        columns, rows = self.grid.shape
        (width, height), (left, top) = self.cell, self._margins
        caption = self._caption_height
        size = (left + columns * (width + GAP) + GAP, top + rows * (height + caption + GAP) + GAP)
        sheet = Image.new("RGB", size, BACKGROUND)
        draw = ImageDraw.Draw(sheet)
        for index, cell in enumerate(self.grid.cells):
            column, row = self.grid.place(index)
            x, y = self._corner(index)
            if caption:
                self._write(draw, (x, y - caption), cell.labels[0], width)
                continue
            if row == 0:
                self._write(draw, (x, GAP), cell.labels[0], width)
            if column == 0:
                lines = cell.labels[1:]
                for number, label in enumerate(lines):
                    self._write(draw, (GAP, y + number * self._line), label, left - GAP)
        return sheet

    def draw(self, images: Sequence[Image8]) -> Image8:
        """Returns the sheet with an image in every cell, uint8 RGB (H, W, 3)."""
        sheet = self.blank.copy()
        width, height = self.cell
        for index, pixels in enumerate(images):
            image = Image.fromarray(pixels)
            scale = min(width / image.width, height / image.height, 1.0)
            size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
            x, y = self._corner(index)
            fitted = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)
            sheet.paste(fitted, (x + (width - size[0]) // 2, y + (height - size[1]) // 2))
        return np.asarray(sheet)

    def _corner(self, index: int) -> tuple[int, int]:
        """Returns where a cell's image begins."""
        column, row = self.grid.place(index)
        (width, height), (left, top) = self.cell, self._margins
        caption = self._caption_height
        return left + GAP + column * (width + GAP), top + GAP + row * (height + caption + GAP) + caption

    @cached_property
    def _font(self) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        return ImageFont.load_default(max(10, min(22, self.cell[0] // 11)))

    @property
    def _line(self) -> int:
        return int(self._font.getbbox("Ag")[3]) + 4

    @property
    def _caption_height(self) -> int:
        return self._line if len(self.grid.axes) == 1 else 0

    @cached_property
    def _margins(self) -> tuple[int, int]:
        """Width of the labels of rows, and height of those of columns; 0 for a single axis."""
        if len(self.grid.axes) == 1:
            return 0, 0
        labels = [label for cell in self.grid.cells for label in cell.labels[1:]]
        longest = max(int(self._font.getlength(label)) for label in labels)
        return min(longest, self.cell[0], MAX_SIDE // 10) + 2 * GAP, self._line + GAP

    def _write(self, draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, room: int) -> None:
        """Writes a label, cut to the room it has."""
        shown = text
        while shown and self._font.getlength(shown if shown == text else f"{shown}...") > room:
            shown = shown[:-1]
        draw.text(at, shown if shown == text else f"{shown}...", fill=TEXT, font=self._font)
