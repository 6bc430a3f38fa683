"""Puts a run's finished film at a path of the user's choice, besides the run folder."""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from animator.core.atomic import temporary_file
from animator.errors import ChooseOutput, UserError, VideoError
from animator.presets.ownership import check_target
from animator.runs.output_paths import OutputPaths
from animator.runs.run import Run


@dataclass(frozen=True)
class Delivery:
    """Where a finished film goes.

    Attributes:
        path: The file.
        force: Replace a file that is not ours.
    """

    path: Path
    force: bool = False

    def check(self, inputs: Iterable[Path]) -> None:
        """Checks, before anything is rendered, that the film can be put there; creates the folder.

        Args:
            inputs: Files that the command reads.

        Raises:
            UserError: The file is an input or not ours, or its folder cannot be written.
        """
        check_target(self.path, inputs, force=self.force)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with temporary_file(self.path):
                pass
        except OSError as error:
            raise UserError(f"{self.path}: cannot be written: {error.strerror}", ChooseOutput()) from error

    def deliver(self, run: Run) -> Path:
        """Copies the best video of a finished run to the path, and returns the video that was copied.

        Raises:
            VideoError: It cannot be written; the video stays in the run folder.
        """
        film = OutputPaths(run.folder, run.animation).best
        try:
            with film.open("rb") as source, temporary_file(self.path) as (partial, file):
                shutil.copyfileobj(source, file)
                file.flush()
                os.fsync(file.fileno())
                partial.replace(self.path)
        except OSError as error:
            message = f"{self.path}: cannot be written: {error.strerror}; the film is {film}"
            raise VideoError(message) from error
        return film
