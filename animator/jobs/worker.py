"""A worker process: does one job after the other, and keeps the models it has opened.

Images that are ordered meanwhile are made between two frames of a film, or two steps of a training.
"""

import signal
from contextlib import suppress
from multiprocessing.connection import Connection

import torch

from animator.core.confinement import confined
from animator.core.permissions import grant
from animator.errors import AnimatorError
from animator.jobs.attempt import Attempt, Send
from animator.jobs.film import JobFilm
from animator.jobs.images.studio import ImageStudio
from animator.jobs.inbox import ImagesTask, Inbox
from animator.jobs.messages import Order, Ready, Unable, WorkerOptions
from animator.jobs.trainings.work import JobTraining
from animator.models.device import choose_device
from animator.runs.model_cache import DiffuserCache
from animator.runs.open_model import OpenModel
from animator.runs.session import show_warnings

STOPS = (signal.SIGINT, signal.SIGTERM)


def work(pipe: Connection, options: WorkerOptions, number: int, opener: OpenModel) -> None:
    """Renders jobs until told to end; ends at once with the program at the other end of the pipe.

    Args:
        pipe: Orders come from it, reports go into it.
        options: Device, threads and permissions.
        number: Number of this worker, from 0.
        opener: Opens diffusers.
    """
    for name in STOPS:  # Ctrl-C reaches us, too; the program that has us decides when to end
        signal.signal(name, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):  # as our program held them back while this process started
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    show_warnings()
    inbox = Inbox(pipe)
    # The program may end while we report: nobody is left to tell. Any other error is shown, with its place.
    with grant(options.permissions), confined(options.confinement), suppress(ConnectionError):
        try:
            device = device_of(options.device, number)
            torch.zeros(1, device=device)
        except (AnimatorError, RuntimeError) as error:
            pipe.send(Unable(str(error)))
            return
        models = DiffuserCache(opener)
        images = ImageStudio(device, options.threads, models, pipe.send)
        pipe.send(Ready())
        while (task := inbox.next()) is not None:
            if isinstance(task, ImagesTask):
                went_well = images.make(task.order, task.end)
            else:
                attempt = _attempt(task.order, options, device, models, pipe.send)
                ended = attempt.run(task.stop, lambda: images.make_waiting(inbox))
                pipe.send(ended)
                went_well = ended.error is None
            if not went_well and not _works(device):
                return


def _attempt(
    order: Order, options: WorkerOptions, device: torch.device, models: DiffuserCache, send: Send
) -> Attempt:
    """Returns the attempt at an order: to render its film, or to train its model."""
    if order.request.training is None:
        return JobFilm(order, options, device, models, send)
    models.drop()  # a training needs the memory
    return JobTraining(order, options, device, send)


def device_of(name: str, number: int) -> torch.device:
    """Returns the device of a worker: `auto` and `cuda` share the GPUs out."""
    device = choose_device(name)
    if device.type == "cuda" and device.index is None:
        return torch.device("cuda", number % torch.cuda.device_count())
    return device


def device_count(name: str) -> int:
    """Returns how many workers have a device of their own.

    Args:
        name: The workers' device; a numbered one is one.

    Raises:
        UserError: This machine has no such device.
    """
    device = choose_device(name)
    return torch.cuda.device_count() if device.type == "cuda" and device.index is None else 1


def _works(device: torch.device) -> bool:
    """Returns False where an error has left the device unusable to this process, as on CUDA."""
    try:
        torch.zeros(1, device=device).cpu()
    except RuntimeError:
        return False
    return True
