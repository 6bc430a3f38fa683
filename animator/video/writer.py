"""A film file from pictures, through a pipe into ffmpeg while they are made."""

import queue
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np
from numpy.typing import NDArray

from animator.errors import VideoError
from animator.video.comment import metadata_text

Bytes = NDArray[np.uint8]
QUIET = ("-y", "-hide_banner", "-loglevel", "error", "-nostdin")
QUEUED_FRAMES = 8
"""Enough to keep ffmpeg busy while a frame is drawn, few enough to keep memory flat."""
CLOSING_SECONDS = 120.0
"""How long ffmpeg may take to write its last pictures."""


@dataclass(frozen=True)
class Film:
    """What the film file is to be.

    Attributes:
        path: The finished file; it appears when the film is complete.
        size: Width and height of the pictures.
        fps: Frames per second.
        crf: H.264 quality, 0 (lossless) to 51.
        comment: What the finished file says about itself.
    """

    path: Path
    size: tuple[int, int]
    fps: float
    crf: int = 17
    comment: str = ""


def frame_rate(fps: float) -> Fraction:
    """The exact rate meant by a number: 29.97 is 30000/1001, as in television."""
    television = Fraction(round(fps * 1.001) * 1000, 1001)
    return television if abs(television - fps) < 1e-3 else Fraction(fps).limit_denominator(1000)


def ffmpeg_command(film: Film, target: Path) -> list[str]:
    """The ffmpeg call that reads raw RGB from standard input and writes `target`."""
    from imageio_ffmpeg import get_ffmpeg_exe

    width, height = film.size
    rate = str(frame_rate(film.fps))
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", rate, "-i", "-"]
    # The matrix is converted and tagged: players guess wrongly for small untagged pictures.
    color = ["-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"]
    tags = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]
    codec = ["-c:v", "libx264", "-preset", "medium", "-crf", str(film.crf)]
    # In fragments, so that what is there plays even if the process dies.
    fragments = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-g", "30"]
    return [get_ffmpeg_exe(), *QUIET, *source, *color, *tags, *codec, *fragments, "-f", "mp4", str(target)]


def settle_command(source: Path, target: Path) -> list[str]:
    """The ffmpeg call that copies a fragmented film into one whose index comes first.

    It takes the film's metadata from standard input.
    """
    from imageio_ffmpeg import get_ffmpeg_exe

    sources = ["-i", str(source), "-f", "ffmetadata", "-i", "-", "-map", "0", "-map_metadata", "1"]
    copy = [*sources, "-c", "copy", "-movflags", "+faststart", "-f", "mp4"]
    return [get_ffmpeg_exe(), *QUIET, *copy, str(target)]


class FilmWriter:
    """Feeds pictures to ffmpeg from a thread of its own.

    Use as a context manager: leaving it normally puts the whole film at its path; leaving it by an exception
    keeps what there is, playable, as `<name>.part.mp4`, and the film of an earlier sitting at its path.
    """

    def __init__(self, film: Film) -> None:
        self._film = film
        self._partial = film.path.with_name(f"{film.path.stem}.part{film.path.suffix}")
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the film)
        self._queue: queue.Queue[bytes | None] = queue.Queue(QUEUED_FRAMES)
        # A session of its own: Ctrl-C is ours to handle, ffmpeg must not die of it in the middle of a frame.
        self._process = subprocess.Popen(
            ffmpeg_command(film, self._partial),
            stdin=subprocess.PIPE,
            bufsize=0,  # nothing may be left to flush into a pipe whose reader is gone
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            start_new_session=True,
        )
        self._broken = threading.Event()
        self._thread = threading.Thread(target=self._feed, name="film", daemon=True)
        self._thread.start()

    def __enter__(self) -> "FilmWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.finish()
        else:
            self.abandon()

    def write(self, pixels: Bytes) -> None:
        """Adds one picture, uint8 RGB (H, W, 3) of the film's size.

        Raises:
            VideoError: ffmpeg has stopped.
        """
        width, height = self._film.size
        if pixels.shape != (height, width, 3) or pixels.dtype != np.uint8:
            raise ValueError(f"expected uint8 ({height}, {width}, 3), got {pixels.dtype} {pixels.shape}")
        data = pixels.tobytes()
        while not self._broken.is_set():
            try:
                self._queue.put(data, timeout=0.2)
            except queue.Full:
                continue
            return
        self._fail()

    def finish(self) -> None:
        """Completes the film and puts it at its path.

        Raises:
            VideoError: ffmpeg failed; what it wrote is left as the part file.
        """
        self._close()
        if self._broken.is_set() or self._process.returncode != 0:
            self._fail()
        self._said.close()
        settled = self._partial.with_name(f".{self._partial.name}")
        about = metadata_text(self._film.comment).encode()
        command = settle_command(self._partial, settled)
        done = subprocess.run(command, input=about, capture_output=True, check=False)
        if done.returncode != 0:
            settled.unlink(missing_ok=True)
            raise _failure(self._film.path, done.returncode, done.stderr)
        settled.replace(self._film.path)
        self._partial.unlink()

    def abandon(self) -> None:
        """Ends the part file after the pictures so far; it plays, and goes when the film is completed."""
        self._close()
        self._said.close()

    def _close(self) -> None:
        while self._thread.is_alive():
            try:
                self._queue.put(None, timeout=0.2)
            except queue.Full:
                continue
            break
        self._thread.join()
        try:
            self._process.wait(CLOSING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _feed(self) -> None:
        pipe = self._process.stdin
        if pipe is None:
            raise AssertionError("the process was started with a pipe")
        with pipe:
            while (data := self._queue.get()) is not None:
                rest = memoryview(data)
                try:
                    while rest:
                        rest = rest[pipe.write(rest) :]
                except OSError:  # ffmpeg is gone; its own words are told by whoever writes next
                    self._broken.set()
                    return

    def _fail(self) -> None:
        code = self._process.wait()
        self._said.seek(0)
        words = self._said.read()
        self._said.close()
        raise _failure(self._film.path, code, words)


def _failure(path: Path, code: int, words: bytes) -> VideoError:
    said = words.decode(errors="replace").strip()[-2000:] or "(it said nothing)"
    return VideoError(f"{path.name}: ffmpeg stopped with exit code {code}: {said}")
