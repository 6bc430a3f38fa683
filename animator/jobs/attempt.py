"""`Attempt`: one attempt of a worker at a job, whose errors become the job's."""

import os
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from animator.core.atomic import atomic_write
from animator.core.log_collector import LogCollector, collecting
from animator.errors import AnimatorError, PresetError, UserError
from animator.jobs.job import ErrorKind, JobError, JobPhase, JobProgress
from animator.jobs.messages import Advanced, Ended, FromWorker, Order, Warned
from animator.runs.stop_token import StopToken

ORPHAN_S = 10.0
"""Time for a worker whose program was killed to end, which happens at once, and to release the run."""
Send = Callable[[FromWorker], None]


def do_nothing() -> None:
    """Does nothing."""


class Attempt(ABC):
    """One attempt of a worker at a job.

    Args:
        order: The order.
        renders: The renders folder.
        send: Takes the reports.
    """

    def __init__(self, order: Order, renders: Path, send: Send) -> None:
        self._order = order
        self._renders = renders
        self._send = send
        self._folder = order.folder
        self._begun = False

    def run(self, stop: StopToken, between: Callable[[], None] = do_nothing) -> Ended:
        """Does the work and returns how that ended.

        Args:
            stop: Stops it.
            between: Called at moments at which a worker may do something else: after each frame that is on
                disk, each image of an extra video, each step of a training.

        Raises:
            KeyboardInterrupt: Ctrl-C; no other error leaves it.
        """
        with collecting() as collected:
            report = Report(self._order, self._send, collected, between)
            try:
                return self._work_or_fail(report, stop)
            finally:
                report.pass_on_warnings()

    @abstractmethod
    def _work(self, report: "Report", stop: StopToken) -> Ended:
        """Does the work; sets `_folder`, and `_begun` once errors are no longer the settings'."""

    def _work_or_fail(self, report: "Report", stop: StopToken) -> Ended:
        job = self._order.job
        try:
            return self._work(report, stop)
        except PresetError as error:
            return Ended(job, error=JobError(ErrorKind.SETTINGS, str(error), error.problems))
        except UserError as error:
            kind = ErrorKind.RENDERING if self._begun else ErrorKind.SETTINGS
            return Ended(job, error=JobError(kind, str(error)))
        except (AnimatorError, OSError) as error:
            return Ended(job, error=JobError(ErrorKind.RENDERING, str(error)))
        except Exception as error:  # noqa: BLE001 (whatever a library raises must not end the other jobs)
            return Ended(job, error=JobError(ErrorKind.RENDERING, self._write_traceback(error)))

    def _write_traceback(self, error: Exception) -> str:
        """Writes the traceback into the run folder and returns the error in a line."""
        line = f"{type(error).__name__}: {error}"
        folder = self._folder or self._renders / self._order.job
        names = ("error.txt", *(f"error-{number}.txt" for number in range(2, 1000)))
        path = next(folder / name for name in names if not os.path.lexists(folder / name))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            atomic_write(path, "".join(traceback.format_exception(error)).encode(errors="replace"))
        except OSError as full:
            return f"{line} (its traceback cannot be written: {full})"
        return f"{line} (traceback in {path})"


class Report:
    """Passes on progress: each phase and each frame or step, with the warnings until then."""

    def __init__(
        self, order: Order, send: Send, collected: LogCollector, between: Callable[[], None]
    ) -> None:
        self._job = order.job
        self._between = between
        self._send = send
        self._collected = collected
        self._warned = 0
        self._last = order.progress

    @property
    def last(self) -> JobProgress:
        """What was reported last."""
        return self._last

    def enter(self, phase: JobPhase) -> None:
        """Reports a phase."""
        self.pass_on(replace(self._last, phase=phase, seconds=0.0, rendered=0))

    def pass_on_warnings(self) -> None:
        """Reports what was logged since the last time."""
        warnings = self._collected.warnings
        for text in warnings[self._warned :]:
            self._send(Warned(self._job, text))
        self._warned = len(warnings)

    def advance(self, progress: JobProgress) -> None:
        """Reports how far the job is, at a moment between two frames or steps."""
        self.pass_on(progress)
        self._between()

    def pass_on(self, progress: JobProgress) -> None:
        """Reports how far the job is."""
        self._last = progress
        self._send(Advanced(self._job, progress))
        self.pass_on_warnings()
