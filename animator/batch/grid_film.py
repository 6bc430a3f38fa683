"""Lays the finished films of a grid into one film and one sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from animator.core.atomic import atomic_write
from animator.core.marks import GRID, GRID_COMMENT, mark_png
from animator.film.spec import VideoSpec
from animator.film.writer import VideoWriter
from animator.images.image import Image8, png_of
from animator.presets.grid import Grid
from animator.presets.ownership import check_target
from animator.presets.sheet import Sheet
from animator.runs.run_reader import RunReader


@dataclass(frozen=True)
class GridFiles:
    """The files of a grid.

    Attributes:
        folder: The batch's folder.
        name: Of the preset.
    """

    folder: Path
    name: str

    @property
    def film(self) -> Path:
        """The film of all cells."""
        return self.folder / f"{self.name}-grid.mp4"

    @property
    def sheet(self) -> Path:
        """The last frames of all cells."""
        return self.folder / f"{self.name}-grid.png"

    def check(self) -> None:
        """Checks that no file of another program would be replaced.

        Raises:
            UserError: One would.
        """
        check_target(self.film)
        check_target(self.sheet)

    def make(self, grid: Grid, folders: Sequence[Path]) -> None:
        """Makes both files from the finished runs of a grid's cells.

        Args:
            grid: The grid.
            folders: The run folder of each cell.

        Raises:
            AnimatorError: A frame cannot be read, or the film not be written.
        """
        self.check()
        runs = [RunReader.open(folder) for folder in folders]
        sizes = [run.animation.size for run in runs]
        sheet = Sheet(grid, (max(width for width, _ in sizes), max(height for _, height in sizes)))
        fps = max(run.animation.fps for run in runs)
        seconds = max(run.animation.frames / run.animation.fps for run in runs)
        width, height = sheet.blank.size
        spec = VideoSpec(self.film, (width, height), fps, comment=GRID_COMMENT)
        with VideoWriter(spec) as writer:
            for frame in range(max(1, round(seconds * fps))):
                pixels = sheet.draw([_image_at(run, frame / fps) for run in runs])
                writer.write(pixels)
        atomic_write(self.sheet, mark_png(png_of(pixels), GRID))


def _image_at(run: RunReader, seconds: float) -> Image8:
    """Returns the frame that a film shows at a time; its last one after its end."""
    frame = min(int(seconds * run.animation.fps + 1e-6), run.animation.frames - 1)
    return np.asarray(next(run.pixels(range(frame, frame + 1))))
