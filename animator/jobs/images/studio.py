"""Makes the images of orders in a worker, and reports what happens."""

import logging
from collections.abc import Callable

import torch

from animator.core.log_collector import collecting
from animator.errors import AnimatorError, PresetError, UserError
from animator.jobs.images.control import preprocess
from animator.jobs.images.enlarge import enlarge
from animator.jobs.images.film_frame import make_film_frame
from animator.jobs.images.generation import ImageReports, ImageTarget, generate
from animator.jobs.images.grid import generate_grid
from animator.jobs.images.messages import (
    FromImageWorker,
    ImageAdvanced,
    ImageBegan,
    ImageMade,
    ImageOrder,
    ImagesEnded,
)
from animator.jobs.images.signals import EarlyEnd
from animator.jobs.images.work import ControlImages, DropModels, Enlargement, FilmFrame, ImageGrid
from animator.jobs.inbox import Inbox
from animator.jobs.job import ErrorKind, JobError
from animator.models.device import compute_threads
from animator.runs.model_cache import DiffuserCache
from animator.runs.stop_token import StopToken, stopped_by

log = logging.getLogger(__name__)
Send = Callable[[FromImageWorker], None]


class ImageStudio:
    """Makes the images of one order after the other.

    Args:
        device: Device of images and models.
        threads: CPU threads; None leaves torch's choice.
        models: The models that are open.
        send: Takes the reports.
    """

    def __init__(self, device: torch.device, threads: int | None, models: DiffuserCache, send: Send) -> None:
        self._device = device
        self._threads = threads
        self._models = models
        self._send = send

    def make(self, order: ImageOrder, end: EarlyEnd) -> bool:
        """Makes images and reports them; returns True if all went well.

        Between two frames of a film this changes nothing that the film could see: it has its own log and its
        own stop, and every image is a function of its settings alone.
        """
        self._send(ImageBegan(order.order))
        with collecting(), stopped_by(StopToken()), compute_threads(self._threads):
            error = self._error_of(order, end)
        self._send(ImagesEnded(order.order, error))
        return error is None

    def make_waiting(self, inbox: Inbox) -> None:
        """Makes the images of an order that waits; does nothing where none does."""
        task = inbox.next_images()
        if task is not None:
            self.make(task.order, task.end)

    def _error_of(self, order: ImageOrder, end: EarlyEnd) -> JobError | None:
        """Makes images and returns why that failed; None if it did not."""
        try:
            self._make(order, end)
        except PresetError as error:
            return JobError(ErrorKind.SETTINGS, str(error), error.problems)
        except UserError as error:
            return JobError(ErrorKind.SETTINGS, str(error))
        except (AnimatorError, OSError) as error:
            return JobError(ErrorKind.RENDERING, str(error))
        except Exception as error:  # whatever a library raises must not end the other jobs
            log.exception("the images of order %s failed", order.order)
            return JobError(ErrorKind.RENDERING, f"{type(error).__name__}: {error}")
        return None

    def _make(self, order: ImageOrder, end: EarlyEnd) -> None:
        work, folder, name = order.work, order.folder, order.order
        reports = ImageReports(
            made=lambda image: self._send(ImageMade(name, image)),
            advanced=lambda progress: self._send(ImageAdvanced(name, progress)),
        )
        target = None if folder is None else ImageTarget(folder, name)
        if isinstance(work, DropModels):
            self._models.drop()
        elif isinstance(work, Enlargement):
            enlarge(work, target, self._device, end, reports)
        elif isinstance(work, ControlImages):
            preprocess(work, self._device, end, reports)
        elif isinstance(work, FilmFrame):
            make_film_frame(work, self._device, self._models, end, reports)
        elif isinstance(work, ImageGrid):
            generate_grid(work, target, self._device, self._models, end, reports)
        else:
            generate(work, target, self._device, self._models, end, reports)
