"""Progress of a batch on standard error: bars on a terminal, a line every few seconds elsewhere."""

import sys
import time
from collections.abc import Iterable

from rich.progress import TaskID

from animator.batch.task import Outcome, Status
from animator.core.printable import printable
from animator.jobs.job import JobPhase
from animator.jobs.messages import Advanced
from animator.runs.progress import remaining
from animator.runs.progress_bar import LINE_SECONDS, FrameBars


class BatchBar(FrameBars):
    """A bar for each film that is being rendered, and one for the batch.

    Call it with each report of progress, and `finish` with each outcome.
    """

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        """Initializes the bar of a batch whose finished films count as done."""
        super().__init__("frames  ETA")
        outcomes = list(outcomes)
        self._done = {one.task.folder.name: one.done for one in outcomes if one.status is Status.FINISHED}
        self._frames = {one.task.folder.name: one.frames for one in outcomes}
        self._films = len(self._done), len(outcomes)
        self._begun, self._before = time.monotonic(), sum(self._done.values())
        self._total = self._bar.add_task(
            self._title, total=sum(self._frames.values()), completed=self._before
        )
        self._rows: dict[str, TaskID] = {}
        self._last_line = self._begun

    def __call__(self, report: Advanced) -> None:
        """Shows the progress of a film, whose job is called as its run folder."""
        progress, name = report.progress, printable(report.job)
        if report.job not in self._rows:
            self._rows[report.job] = self._bar.add_task(name, total=None)
        description = f"{name}  {progress.phase.value}"
        total = progress.frames or None
        self._bar.update(
            self._rows[report.job], description=description, completed=progress.done, total=total
        )
        if progress.phase is JobPhase.RENDERING:
            self._done[report.job] = progress.done
            self._bar.update(self._total, completed=sum(self._done.values()))
        now = time.monotonic()
        if not self._console.is_terminal and now - self._last_line >= LINE_SECONDS:
            self._last_line = now
            sys.stderr.write(f"{description}: {progress.done}/{progress.frames} frames; {self._summary}\n")

    def finish(self, outcome: Outcome) -> None:
        """Removes the bar of a film that is done."""
        name = outcome.task.folder.name
        self._films = self._films[0] + 1, self._films[1]
        if outcome.status is not Status.FINISHED:
            self._frames[name] = self._done.get(name, 0)
        if name in self._rows:
            self._bar.remove_task(self._rows.pop(name))
        total = sum(self._frames.values())
        self._bar.update(self._total, description=self._title, total=total)

    @property
    def _title(self) -> str:
        return f"batch, {self._films[0]} of {self._films[1]} films"

    @property
    def _summary(self) -> str:
        """The batch's films and frames, and the time that is left."""
        done, frames = sum(self._done.values()), sum(self._frames.values())
        eta = remaining(time.monotonic() - self._begun, done - self._before, frames - done)
        return f"{self._title}, {done}/{frames} frames, ETA {eta}"
