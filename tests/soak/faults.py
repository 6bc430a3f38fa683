"""What interrupts a session: a kill, a full disk, the end of its encoder."""

import os
import random
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.soak.session import Session, SoakFilm

NO_SPACE = "No space left on device"
SAFE = "The frames are safe; the video will be made from them at the end."


@dataclass(frozen=True)
class SmallDisk:
    """A disk of its own that can be filled; other processes do not see it.

    Attributes:
        folder: Where it is mounted.
        size: Its bytes.
    """

    folder: Path
    size: int

    @classmethod
    def mount(cls, folder: Path, size: int) -> "SmallDisk":
        """Returns a new disk, an empty one of `size` bytes in memory."""
        folder.mkdir(parents=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
        return cls(folder, size)

    @property
    def free(self) -> int:
        """Bytes that can still be written."""
        disk = os.statvfs(self.folder)
        return disk.f_bavail * disk.f_frsize

    def fill(self, left: int) -> None:
        """Fills the disk but for some bytes, also while another process writes to it.

        Raises:
            SystemExit: It is gone: what lies there now is the disk below, which must not be filled.
        """
        if self.folder.stat().st_dev == self.folder.parent.stat().st_dev or self.free > self.size:
            raise SystemExit(f"{self.folder}: the small disk is not there any more")
        with self._ballast.open("wb") as file:
            size = 0
            while (more := self.free - left) > 0:
                size += more
                try:
                    os.posix_fallocate(file.fileno(), 0, size)
                except OSError:  # the other process was faster
                    size -= more

    def empty(self) -> None:
        """Makes the room again that `fill` took."""
        self._ballast.unlink()

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


def kill(session: Session) -> None:
    """Kills the session."""
    session.process.kill()
    session.process.wait()


def fill_disk(session: Session, disk: SmallDisk, moments: random.Random) -> None:
    """Has the session end on a full disk, with an exit code and the reason, then makes room again."""
    disk.fill(moments.choice((0, 0, 4096, moments.randrange(200_000))))
    session.end(1, "error: ", NO_SPACE)
    disk.empty()


def kill_encoder(session: Session) -> None:
    """Kills the encoder; the session goes on with the next frame, and is then stopped as by Ctrl-C."""
    _kill_encoder(session)
    session.wait_until(lambda: SAFE in session.said, "the warning")
    session.wait_for_frames(len(session.film.frames) + 1)
    session.process.send_signal(signal.SIGINT)
    session.end(130, "Resume with:")


def finish(film: SoakFilm, frames: int) -> None:
    """Finishes a film whose encoder is killed, and once more where the video is made from all frames."""
    session = film.start()
    _kill_encoder(session)
    session.wait_until(lambda: SAFE in session.said, "the warning")
    session.wait_for_frames(frames)
    _kill_encoder(session)
    session.end(1, "error: ", "resume with:")
    film.start().end(0)


def check_frames(film: SoakFilm) -> None:
    """Checks that every frame is there from the first on, and whole.

    Raises:
        OSError: One is broken.
        SystemExit: One is missing.
    """
    frames = film.frames
    if [path.stem for path in frames] != [f"{number:09d}" for number in range(len(frames))]:
        raise SystemExit(f"{film.folder}: frames are missing")
    for path in frames:
        with Image.open(path) as image:
            image.load()


def _kill_encoder(session: Session) -> None:
    session.wait_until(lambda: session.encoder is not None, "an encoder")
    if (encoder := session.encoder) is not None:
        os.kill(encoder, signal.SIGKILL)
