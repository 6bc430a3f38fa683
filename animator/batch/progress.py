"""Progress of a batch on standard error: bars on a terminal, a line every few seconds elsewhere."""

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass

from rich.progress import TaskID

from animator.batch.task import Outcome, Status
from animator.core.printable import printable
from animator.runs.progress import Phase
from animator.runs.progress_bar import LINE_SECONDS, FrameBars


@dataclass(frozen=True)
class FilmProgress:
    """Progress of one film of a batch.

    Attributes:
        name: Its run folder's name.
        done: Its frames, or images of an extra video.
        frames: Their total.
        phase: What is done.
    """

    name: str
    done: int
    frames: int
    phase: Phase = Phase.RENDERING


class BatchBar(FrameBars):
    """A bar for each film that is being rendered, and one for the batch.

    Call it with each `FilmProgress`, and `finish` with each outcome.
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

    def __call__(self, progress: FilmProgress) -> None:
        """Shows the progress of a film."""
        name = printable(progress.name)
        if progress.name not in self._rows:
            self._rows[progress.name] = self._bar.add_task(name, total=None)
        description = f"{name}  {progress.phase.value}"
        total = progress.frames or None
        self._bar.update(
            self._rows[progress.name], description=description, completed=progress.done, total=total
        )
        if progress.phase is Phase.RENDERING:
            self._done[progress.name] = progress.done
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
        rendered = done - self._before
        left = (time.monotonic() - self._begun) / rendered * (frames - done) if rendered > 0 else None
        eta = "-:--" if left is None else f"{round(left) // 60}:{round(left) % 60:02d}"
        return f"{self._title}, {done}/{frames} frames, ETA {eta}"
