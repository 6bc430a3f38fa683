"""Generates the images of a grid, and the sheet of all of them."""

from dataclasses import replace
from functools import partial

import torch

from animator.generation.draft import draft_of
from animator.generation.generate import generate_each
from animator.generation.image import GeneratedImage
from animator.generation.models import load_options, open_model
from animator.generation.sheet import SheetJob
from animator.jobs.images.generation import ImageReports, ImageTarget, ImageWatcher, made_image
from animator.jobs.images.signals import EarlyEnd
from animator.jobs.images.work import ImageGrid
from animator.presets.grid import grid_of
from animator.runs.model_cache import DiffuserCache


def generate_grid(
    work: ImageGrid,
    target: ImageTarget | None,
    device: torch.device,
    models: DiffuserCache,
    end: EarlyEnd,
    reports: ImageReports,
) -> None:
    """Generates the image of each combination and then the sheet; without it where an end is asked for.

    Arguments and errors as `animator.jobs.images.generation.generate`; also:

    Raises:
        UserError: An axis is wrong, or there are too many combinations.
    """
    job = SheetJob.of(draft_of(work.settings), (), grid_of(work.axes, None, ()))
    watcher = ImageWatcher(end, reports.advanced)
    cells: list[GeneratedImage] = []
    for index, settings in enumerate(job.cells):
        wanted = settings.model, load_options(settings)
        diffuser = models.open(wanted, device, partial(open_model, settings, device))
        observe = job.counted(watcher.observe, index)
        for image in generate_each(settings, diffuser=diffuser, device=device, observer=observe):
            cells.append(replace(image, index=index))
            reports.made(made_image(cells[-1], diffuser, target))
        if end.is_interrupted:
            return
        end.begin_batch()
    reports.made(made_image(replace(job.sheet_of(cells), index=len(cells)), diffuser, target))
