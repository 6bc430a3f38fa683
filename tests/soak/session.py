"""A film, and the sessions that render it in processes of their own, for soak tests that interrupt them."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
PATIENCE_S = 300.0
"""Longest wait for anything; a session that hangs is a failure."""
_POLL_S = 0.02


@dataclass(frozen=True)
class SoakFilm:
    """A film that is rendered by the command line.

    Attributes:
        preset: Its preset.
        overrides: Overrides of its settings, as `--set` has them.
        folder: Its run folder.
    """

    preset: str
    overrides: tuple[str, ...]
    folder: Path

    @property
    def frames(self) -> list[Path]:
        """The files of its frames, in order."""
        return sorted((self.folder / "frames").glob("*.png"))

    def start(self) -> "Session":
        """Starts a session: one that resumes the run, where there is a frame."""
        if self.frames:
            return Session(self, ["resume", str(self.folder)])
        overrides = [word for setting in self.overrides for word in ("--set", setting)]
        return Session(self, ["render", self.preset, *overrides, "--out", str(self.folder)])


class Session:
    """A process that renders a film.

    Args:
        film: The film.
        args: The command, and its options that are not the same for all.
    """

    def __init__(self, film: SoakFilm, args: list[str]) -> None:
        self.film = film
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (as long as the session)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "animator", *args, "--device", "cpu", "--threads", "1"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=self._stderr,
        )

    @property
    def is_over(self) -> bool:
        """True once the process has ended."""
        return self.process.poll() is not None

    @property
    def said(self) -> str:
        """What it has written to standard error."""
        size = os.fstat(self._stderr.fileno()).st_size
        return os.pread(self._stderr.fileno(), size, 0).decode()

    @property
    def encoder(self) -> int | None:
        """Process id of the ffmpeg that encodes the film; None where there is none."""
        return next(filter(_is_encoder, self._children()), None)

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Waits until something is true.

        Raises:
            SystemExit: The session has ended, or nothing happens.
        """
        end = time.monotonic() + PATIENCE_S
        while not condition():
            if self.is_over or time.monotonic() > end:
                raise SystemExit(f"waited for {what}; the session said:\n{self.said}")
            time.sleep(_POLL_S)

    def wait_for_frames(self, count: int) -> None:
        """Waits until the film has a number of frames."""
        self.wait_until(lambda: len(self.film.frames) >= count, f"frame {count}")

    def end(self, code: int, *words: str) -> None:
        """Waits for the end, which is to be with an exit code, and with words where something failed.

        Raises:
            SystemExit: It is another one.
        """
        ended = self.process.wait(PATIENCE_S)
        said = self.said
        if ended != code or "Traceback" in said or not all(word in said for word in words):
            raise SystemExit(f"ended with {ended}; expected {code} and {words}:\n{said}")

    def _children(self) -> list[int]:
        try:
            tasks = list(Path(f"/proc/{self.process.pid}/task").iterdir())
            return [int(child) for task in tasks for child in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):  # a thread has ended meanwhile
            return []


def _is_encoder(process: int) -> bool:
    """Returns True for an ffmpeg that takes frames from a pipe; others probe or try something."""
    try:
        command = Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return b"rawvideo" in command and b".part." in command and b"trial" not in command
