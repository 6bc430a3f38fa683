"""`generate_sheet`: an image for each combination of some values, laid into one labelled sheet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from animator.errors import Problem
from animator.generation.draft import override
from animator.generation.generate import generate
from animator.generation.image import GeneratedImage
from animator.generation.models import OpenModels
from animator.generation.preflight import check_images
from animator.generation.progress import GenerationStep, Observer
from animator.generation.requests import with_seeds
from animator.generation.settings import ImageSettings
from animator.models.device import choose_device
from animator.presets.grid import Grid
from animator.presets.sheet import Sheet
from animator.settings.raw import RawPreset


@dataclass(frozen=True)
class SheetJob:
    """A sheet to generate.

    Attributes:
        grid: The values.
        cells: The settings of each cell, in the grid's order.
    """

    grid: Grid
    cells: tuple[ImageSettings, ...]

    @classmethod
    def of(cls, draft: RawPreset, problems: Sequence[Problem], grid: Grid) -> "SheetJob":
        """Returns the job of a draft, if every cell can be generated. All cells have the same picked seed.

        Args:
            draft: The settings that all cells share.
            problems: Those known already.
            grid: The values.

        Raises:
            PresetError: With every problem of the first cell that has any.
        """
        one = {"count": 1, "batch": 1}
        seeds: dict[str, int] = {}
        cells: list[ImageSettings] = []
        for cell in grid.cells:
            own, more = override(draft, cell.overrides, "grid")
            settings = with_seeds(check_images(override(own, one, "grid")[0], (*problems, *more)))
            seeds = seeds or {"seed": settings.seed, "subseed": settings.subseed}
            left_open = {
                name: seed for name, seed in seeds.items() if own.values.get(name) in (None, -1, "-1")
            }
            cells.append(settings.model_copy(update=left_open))
        return cls(grid, tuple(cells))

    def generate(self, device: str, observer: Observer | None = None) -> GeneratedImage:
        """Returns the sheet as an image, with the infotext of its first cell.

        Args:
            device: Device that generates.
            observer: Is called with each step; the images are those of the cells.
        """
        models = OpenModels(choose_device(device))
        images: list[GeneratedImage] = []
        for index, settings in enumerate(self.cells):
            watch = None if observer is None else self.counted(observer, index)
            images += generate(settings, diffuser=models.open(settings), device=device, observer=watch)
        return self.sheet_of(images)

    def sheet_of(self, images: Sequence[GeneratedImage]) -> GeneratedImage:
        """Returns the sheet of the images of all cells, with the infotext of the first."""
        widths, heights = ([image.pixels.shape[axis] for image in images] for axis in (1, 0))
        pixels = Sheet(self.grid, (max(widths), max(heights))).draw([image.pixels for image in images])
        return replace(images[0], pixels=pixels)

    def counted(self, observer: Observer, index: int) -> Observer:
        """Returns an observer of one cell that reports the steps as those of the whole sheet."""
        count = len(self.cells)

        def report(step: GenerationStep) -> None:
            done = (index + step.progress) / count
            observer(replace(step, image=index, images=count, progress=done))

        return report
