"""`MotionPreviews`: videos of a film's motion without a model, made in a thread, one at a time."""

import asyncio
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from animator.core.log_collector import collecting
from animator.core.make_folder import make_folder
from animator.errors import UserError
from animator.jobs.request import JobRequest
from animator.jobs.settings import film_of
from animator.models.device import compute_threads
from animator.runs.preview import SETTINGS, preview_video
from animator.runs.progress import Progress
from animator.runs.stop_token import StopToken
from animator.studio.analysis import preset_text

if TYPE_CHECKING:
    from animator.studio.studio import Studio

FOLDER = ".previews"
"""The folder in the renders folder; emptied when a server starts."""
VIDEO = "motion.mp4"
LIMIT_S = 60.0
"""A preview ends after this time, with the frames so far."""
MAX_PIXELS = 2048 * 2048
"""Of a frame: each takes as much memory several times over."""


class MotionPreviews:
    """Makes previews of motion, each in a folder of its own.

    Args:
        renders: The renders folder.
    """

    def __init__(self, renders: Path) -> None:
        self.folder = renders / FOLDER
        self._turn = asyncio.Lock()
        if self.folder.is_dir() and not self.folder.is_symlink():
            shutil.rmtree(self.folder, ignore_errors=True)  # of a server that was killed

    async def make(
        self, studio: "Studio", text: str, report: Callable[[Progress], None], stop: StopToken
    ) -> str | None:
        """Makes the preview of a film and returns its name; None where it was stopped before its first frame.

        Whoever shows it calls `remove` in the end.

        Args:
            studio: Runs the work.
            text: The preset.
            report: Called after every frame, in another thread.
            stop: Ends it; the preview has the frames so far.

        Raises:
            PresetError: With every problem of the film.
            UserError: The film is too large for a preview.
            AnimatorError: Something failed.
        """
        async with self._turn:
            name = secrets.token_hex(8)
            try:
                made = await studio.run(_make, self.folder / name, text, report, stop)
            except BaseException:
                await studio.run(self.remove, name)
                raise
        if not made:
            await studio.run(self.remove, name)
        return name if made else None

    def remove(self, name: str) -> None:
        """Removes a preview; nothing for an empty name."""
        if name:
            shutil.rmtree(self.folder / name, ignore_errors=True)


def _make(folder: Path, text: str, report: Callable[[Progress], None], stop: StopToken) -> bool:
    """Makes a preview, and returns True if it has a frame."""
    film = film_of(JobRequest(preset=preset_text(text), overrides=SETTINGS))
    width, height = film.size
    if width * height > MAX_PIXELS:
        raise UserError(
            f"size: {width} x {height} is too large for a preview of the motion; expected at most "
            f"{MAX_PIXELS} pixels; make the film smaller meanwhile, the motion is the same"
        )
    make_folder(folder)
    with collecting(joins=False), compute_threads(1):
        return preview_video(film, folder / VIDEO, report, stop, LIMIT_S) > 0
