"""The sound of a video: an audio file, shifted, faded, cut, padded or looped, and never stretched."""

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from animator.core.paths import is_file
from animator.core.permissions import permissions
from animator.core.urls import is_url
from animator.errors import ChangeSetting, UserError, VideoError
from animator.film import ffmpeg
from animator.film.ffmpeg_input import input_options
from animator.film.remote import local_file

SAMPLES = 48_000
"""Sample rate of all videos, in Hz: every audio codec of `FORMATS` takes it."""
Length = Literal["cut", "pad", "loop"]


@dataclass(frozen=True)
class Sound:
    """The sound of a video.

    Attributes:
        source: Any file with sound that ffmpeg reads, or a URL.
        offset: Start of the sound in the video, in seconds; below 0 skips the beginning of the sound.
        fade_in: Seconds of fade-in from silence.
        fade_out: Seconds of fade-out, at the end of the sound or of the video, whichever comes first.
        length: For a sound shorter than the video: "cut" leaves it short, "pad" appends silence, "loop"
            repeats it. A longer one always ends with the video.
        allow_url: Fetch `source` where it is a URL.
    """

    source: str
    offset: float = 0.0
    fade_in: float = 0.0
    fade_out: float = 0.0
    length: Length = "pad"
    allow_url: bool = False

    def check(self) -> None:
        """Decodes the sound once, so that a mistake shows before the video is made.

        Raises:
            UserError: There is no such file, it has no sound, or it is a URL that is not allowed.
        """
        self.seconds()

    def seconds(self) -> float:
        """Returns the length of the source in seconds, by decoding it; errors as `check`."""
        if not self._is_url and not is_file(Path(self.source)):
            raise UserError(f"{self.source}: there is no such sound file")
        inputs = ["-hide_banner", "-loglevel", "error", "-nostdin", *self._input()]
        output = ["-map", "0:a:0", "-f", "null", "-progress", "-", "-"]
        try:
            progress = ffmpeg.run([*inputs, *output], self.source).decode(errors="replace")
        except VideoError as error:
            raise UserError(f"{self.source}: holds no sound that ffmpeg can read. {error}") from error
        times = re.findall(r"^out_time_us=(\d+)", progress, re.MULTILINE)
        if not times or int(times[-1]) == 0:
            raise UserError(f"{self.source}: its sound is empty")
        return int(times[-1]) / 1e6

    def input(self) -> list[str]:
        """Returns the ffmpeg args that open the source."""
        repeat = ["-stream_loop", "-1"] if self.length == "loop" else []
        return [*repeat, *self._input()]

    def filters(self, film_seconds: Fraction) -> str:
        """Returns the audio filters from the source to the sound of a video of that length."""
        total = float(film_seconds)
        steps = [f"aresample={SAMPLES}", "asetpts=N/SR/TB"]
        if self.offset < 0:
            steps += [f"atrim=start={-self.offset:.6f}", "asetpts=N/SR/TB"]
        if self.fade_in > 0:
            steps.append(f"afade=t=in:st=0:d={self.fade_in:.6f}")
        begin = max(self.offset, 0.0)
        if self.fade_out > 0:
            end = self._end_s(total) - begin
            steps.append(f"afade=t=out:st={max(end - self.fade_out, 0.0):.6f}:d={self.fade_out:.6f}")
        if begin > 0:
            steps.append(f"adelay={round(begin * SAMPLES)}S:all=1")
        steps += ["apad"] if self.length == "pad" else []
        return ",".join([*steps, f"atrim=end_sample={round(film_seconds * SAMPLES)}", "asetpts=N/SR/TB"])

    def _end_s(self, total: float) -> float:
        return total if self.length == "loop" else min(total, self.offset + self.seconds())

    def _input(self) -> list[str]:
        if self._is_url and not (self.allow_url or permissions().network):
            raise UserError(
                f"{self.source}: is a URL, and these are not read by default; download the file, or allow it",
                ChangeSetting("sound.allow_url", "true"),
            )
        # A playlist disguised as a sound file must not fetch anything either.
        return ["-vn", *input_options(local_file(self.source))]

    @property
    def _is_url(self) -> bool:
        return is_url(self.source)
