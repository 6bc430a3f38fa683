"""A worker process: renders one job after the other, and keeps the models it has opened."""

import os
import queue
import signal
import threading
from contextlib import suppress
from multiprocessing.connection import Connection

import torch

from animator.core.confinement import confined
from animator.core.permissions import grant
from animator.errors import AnimatorError
from animator.jobs.film import JobFilm
from animator.jobs.messages import Order, Ready, Stop, ToWorker, Unable, WorkerOptions
from animator.models.device import choose_device
from animator.runs.model_cache import DiffuserCache
from animator.runs.open_model import OpenModel
from animator.runs.session import show_warnings
from animator.runs.stop_token import StopToken

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
    inbox = _Inbox(pipe)
    with grant(options.permissions), confined(options.confinement), suppress(OSError):
        try:
            device = device_of(options.device, number)
            torch.zeros(1, device=device)
        except (AnimatorError, RuntimeError) as error:
            pipe.send(Unable(str(error)))
            return
        models = DiffuserCache(opener)
        pipe.send(Ready())
        while (taken := inbox.next()) is not None:
            order, stop = taken
            ended = JobFilm(order, options, device, models, pipe.send).render(stop)
            pipe.send(ended)
            if ended.error is not None and not _works(device):
                return


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


class _Inbox:
    """Takes orders from a pipe in a thread of its own, so that a stop is heard while a job is rendered."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._orders: queue.SimpleQueue[tuple[Order, StopToken] | None] = queue.SimpleQueue()
        self._stops: dict[str, StopToken] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def next(self) -> tuple[Order, StopToken] | None:
        """Waits for the next order and returns it with what stops it; None at the end."""
        return self._orders.get()

    def _listen(self) -> None:
        while True:
            try:
                message: ToWorker = self._pipe.recv()
            except (EOFError, OSError):
                os._exit(1)  # what is rendered can be resumed, and nobody else may wait for its folder
            if isinstance(message, Order):
                self._stops = {message.job: StopToken()}
                self._orders.put((message, self._stops[message.job]))
            elif isinstance(message, Stop):
                if message.job in self._stops:
                    self._stops[message.job].stop()
            else:
                for stop in self._stops.values():
                    stop.stop()
                self._orders.put(None)
                return
