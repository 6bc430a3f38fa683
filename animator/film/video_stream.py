"""`VideoStream`: what ffmpeg reports of a clip's pictures: size, shape of pixels, colors, alpha, fields."""

import re
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from animator.core.paths import is_file
from animator.errors import UserError
from animator.film.ffmpeg import error_text, run_any
from animator.film.ffmpeg_input import input_options, is_pattern

_PROBED = 8
"""Images decoded for the facts: a field order may be flagged on some of them only."""
_BASE_SECONDS = 120.0
_MAX_SECONDS = 3600.0
_ALPHA = re.compile(r"yuva|gbrap|rgba|bgra|argb|abgr|ya8|ya16|yaf|ayuv|vuya|uyva|pal8")
_RGB = re.compile(r"rgb|bgr|gbr|pal8|gray|ya|mono|x2rgb|x2bgr|0rgb|0bgr|argb|abgr")
_SHOWN = re.compile(r"\] n: *\d+ pts: *(\S+) pts_time:(\S+)")


@dataclass(frozen=True)
class VideoStream:
    """The video of a clip, as its first images are decoded.

    Attributes:
        container: ffmpeg's names of the container.
        codec: ffmpeg's name of the codec.
        size: Width and height of the stored image, turned upright.
        sample_aspect: Width of a pixel over its height; 1 where the file does not say.
        pixel_format: ffmpeg's name.
        matrix: ffmpeg's name of the YUV matrix; "unknown" for untagged clips.
        primaries: ffmpeg's name of the color primaries.
        transfer: ffmpeg's name of the transfer characteristic.
        peak_nits: Luminance of the mastering display; None where the file does not say.
        is_interlaced: True where images are flagged as two fields.
        has_alpha: True for a pixel format, or a WebM, with alpha.
        first_time: When the first decoded image is shown, in seconds; None for files without times.
    """

    container: frozenset[str]
    codec: str
    size: tuple[int, int]
    sample_aspect: Fraction
    pixel_format: str
    matrix: str
    primaries: str
    transfer: str
    peak_nits: float | None
    is_interlaced: bool
    has_alpha: bool
    first_time: float | None

    @property
    def is_rgb(self) -> bool:
        """True for pixel formats without a YUV matrix."""
        return _RGB.match(self.pixel_format) is not None

    @property
    def has_square_pixels(self) -> bool:
        """True unless the clip is anamorphic."""
        return self.sample_aspect == 1

    @property
    def display_size(self) -> tuple[int, int]:
        """Width and height in square pixels; the height is kept."""
        return max(1, round(self.size[0] * self.sample_aspect)), self.size[1]

    @property
    def decoder(self) -> str:
        """The decoder to ask for; empty for ffmpeg's own choice, which ignores the alpha of WebM."""
        return {"vp8": "libvpx", "vp9": "libvpx-vp9"}.get(self.codec, "") if self.has_alpha else ""


def stream_of(path: str | Path) -> VideoStream:
    """Returns the facts of a clip; decodes its first images.

    Raises:
        UserError: The file is missing, of a format that is not read, or has no images.
    """
    stamp = (0, 0)
    if is_file(Path(path)):
        status = Path(path).stat()
        stamp = (status.st_mtime_ns, status.st_size)
    return _stream_of(str(path), stamp)


def deadline_of(path: str | Path) -> float:
    """Returns the seconds after which reading through a file is given up."""
    size = Path(path).stat().st_size if is_file(Path(path)) else 0
    return min(_MAX_SECONDS, _BASE_SECONDS + size / 1e6)


def run_probe(path: str | Path, args: list[str]) -> tuple[str, str]:
    """Runs ffmpeg on a file of others; returns its standard output and its log with levels.

    Raises:
        UserError: The file cannot be opened, or is not read through in time.
    """
    options = ["-hide_banner", "-loglevel", "level+info", "-nostdin"]
    try:
        done = run_any([*options, *input_options(path), *args], deadline_s=deadline_of(path))
    except subprocess.TimeoutExpired as error:
        raise UserError(f"{path}: could not be read within {error.timeout:.0f} s; is it a video?") from error
    return done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def shown_times(log: str) -> list[tuple[int | None, float | None]]:
    """Returns the time stamps and times in seconds of all images in a log of ffmpeg's `showinfo`."""
    return [(None, None) if pts == "NOPTS" else (int(pts), float(time)) for pts, time in _SHOWN.findall(log)]


@lru_cache(maxsize=64)
def _stream_of(path: str, _stamp: tuple[int, int]) -> VideoStream:
    shown = ["-map", "0:v:0", "-vf", "showinfo=checksum=0", "-fps_mode", "passthrough"]
    log = run_probe(path, ["-copyts", *shown, "-frames:v", str(_PROBED), "-f", "null", "-"])[1]
    first = re.search(r" fmt:(\w+) .*?sar:(\d+)/(\d+) s:(\d+)x(\d+)", log)
    if first is None:
        raise UserError(f"{path}: holds no images that ffmpeg can read: {error_text(log)}")
    container, codec = re.search(r"Input #0, ([\w,]+), from", log), re.search(r"Video: (\w+)", log)
    width, height = int(first[4]), int(first[5])
    peak = re.search(r"Mastering [Dd]isplay .*max_luminance=([\d.]+)", log)
    name = codec[1] if codec else ""
    in_webm = name in ("vp8", "vp9") and re.search(r"alpha_mode\s*: 1", log) is not None
    # The first of numbered images may be opaque, and later ones not.
    in_png = name == "png" and first[1] == "rgb24" and is_pattern(path)
    return VideoStream(
        frozenset(container[1].split(",") if container else ()),
        name,
        (width, height),
        Fraction(int(first[2]) or 1, int(first[3]) or 1) if int(first[2]) and int(first[3]) else Fraction(1),
        first[1],
        _tag(log, "color_space"),
        _tag(log, "color_primaries"),
        _tag(log, "color_trc"),
        float(peak[1]) if peak and float(peak[1]) > 0 else None,
        not is_pattern(path) and re.search(r" i:[TB] ", log) is not None,
        in_webm or in_png or _ALPHA.match(first[1]) is not None,
        shown_times(log)[0][1],
    )


def _tag(log: str, name: str) -> str:
    match = re.search(rf"{name}:([\w.-]+)", log)
    return match[1] if match else "unknown"
