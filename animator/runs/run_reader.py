"""`RunReader`: looks at a run while it grows; takes no lock, writes nothing, and loads no torch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from animator.errors import ResumeFrom, RunError, UserError
from animator.images.image_file import decode_file
from animator.loop.state_header import StateHeader
from animator.runs.metrics_log import MetricsLog
from animator.runs.run_folder import FRAMES, METRICS, STATE, frame_name
from animator.runs.run_lock import is_locked
from animator.runs.run_log import LOG, RunLog
from animator.runs.run_settings import recorded_settings
from animator.runs.video_specs import film_path
from animator.settings import Animation

if TYPE_CHECKING:
    from animator.images.image import Image8

Reader = TypeVar("Reader", bound="RunReader")


def finished_frames(folder: Path) -> int:
    """Returns how many frames of a run, from the first on, are finished: two small reads for any length.

    The state counts finished groups of in-betweens, the metrics each frame. Files are no measure: frames of
    a run that is rendered again stay until they are replaced.
    """
    try:
        finished = StateHeader.read(folder / STATE).next_frame
    except ValueError:  # none yet, or it is broken, which whoever resumes the run reports
        finished = 0
    return max(finished, MetricsLog(folder / METRICS).frames())


class RunReader:
    """A run folder as others see it: any thread or process may read while one process renders.

    Args:
        folder: The run folder.
        animation: The settings of the run.
    """

    def __init__(self, folder: str | Path, animation: Animation) -> None:
        self.folder = Path(folder)
        self.animation = animation
        self.metrics = MetricsLog(self.folder / METRICS)
        self.log = RunLog(self.folder / LOG)

    @classmethod
    def open(cls: type[Reader], folder: str | Path) -> Reader:
        """Returns the run in a folder, with the settings it was rendered with.

        Raises:
            RunError: The folder holds no run, or its record is broken.
        """
        return cls(folder, recorded_settings(Path(folder)))

    @property
    def film_path(self) -> Path:
        """The path of the finished video."""
        return film_path(self.folder, self.animation)

    @property
    def frames_folder(self) -> Path:
        """The folder of the frame images."""
        return self.folder / FRAMES

    @property
    def state_path(self) -> Path:
        """The path of the state to resume from."""
        return self.folder / STATE

    @property
    def frames_done(self) -> int:
        """Number of complete frames from the first on, as `finished_frames`, at most those of the film."""
        return min(finished_frames(self.folder), self.animation.frames)

    @property
    def is_rendering(self) -> bool:
        """True while a process has the run open to render or encode."""
        return is_locked(self.folder)

    def frame_path(self, frame: int) -> Path:
        """Returns the path of a frame's image."""
        return self.frames_folder / frame_name(frame)

    def check_frames(self, frames: int) -> None:
        """Checks that the images of the first `frames` frames are on disk.

        Raises:
            RunError: One is missing.
        """
        missing = next((i for i in range(frames) if not self.frame_path(i).exists()), None)
        if missing is not None:
            raise RunError(
                f"{self.frame_path(missing)}: is missing, though {frames} frames are finished; "
                "put it back, or render from there again",
                ResumeFrom(self.folder, missing),
            )

    def pixels(self, frames: range) -> Iterator[Image8]:
        """Yields the pixels of finished frames, uint8 RGB (H, W, 3).

        Raises:
            RunError: A frame cannot be read.
        """
        for frame in frames:
            try:
                yield np.asarray(decode_file(self.frame_path(frame)).over_black)
            except UserError as error:
                raise RunError(error.message, ResumeFrom(self.folder, frame)) from error
