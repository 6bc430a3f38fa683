"""Film formats: which codecs each holds, how it is written while frames come, and how sound goes in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from animator.video.codecs import CODECS, SOFTWARE, Encoder

_FRAGMENTS = ("-movflags", "+frag_keyframe+empty_moov+default_base_moof")
_FLUSHED = ("-cluster_time_limit", "1000", "-flush_packets", "1")
_FASTSTART = ("-movflags", "+faststart")


@dataclass(frozen=True)
class Format:
    """One kind of film file.

    Attributes:
        name: As in `output.format`; also the file's suffix.
        muxer: ffmpeg's name of the container.
        codecs: What it holds; the first is the usual one.
        live: Options with which the part file plays though the process dies.
        settled: Options of the finished file.
        audio: How sound is encoded; empty: the format holds none.
        through: The format of the part file, where this one can only be made of all frames at the end.
    """

    name: str
    muxer: str
    codecs: tuple[str, ...]
    live: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    audio: tuple[str, ...] = ()
    through: str = ""


_AAC = ("-c:a", "aac", "-b:a", "192k")
_OPUS = ("-c:a", "libopus", "-b:a", "160k")
_NAMED = (
    Format("mp4", "mp4", ("h264", "h265", "av1"), _FRAGMENTS, _FASTSTART, _AAC),
    Format("webm", "webm", ("vp9", "av1"), _FLUSHED, (), _OPUS),
    Format("mov", "mov", ("prores", "h264", "h265"), _FRAGMENTS, _FASTSTART, ("-c:a", "pcm_s16le")),
    Format("mkv", "matroska", ("ffv1", "h264", "h265", "av1", "vp9"), _FLUSHED, (), ("-c:a", "flac")),
    Format("gif", "gif", ("gif",), settled=("-loop", "0"), through="mkv"),
    Format("webp", "webp", ("webp",), settled=("-loop", "0"), through="mkv"),
    Format("png", "image2", ("png",), live=("-start_number", "0")),
)
FORMATS: Mapping[str, Format] = {made.name: made for made in _NAMED}


@dataclass(frozen=True)
class Encoding:
    """How pictures are encoded; empty fields leave it to the codec.

    Attributes:
        codec: One that the format holds; "auto" is its usual one.
        crf: Quality on the codec's own scale, 0 best; None is its usual one.
        preset: One of the encoder's presets.
        pixel_format: One of the encoder's pixel formats.
        encoder: "auto" (software), or the hardware that is to encode: "nvenc", "vaapi", "videotoolbox".
    """

    codec: str = "auto"
    crf: int | None = None
    preset: str = ""
    pixel_format: str = ""
    encoder: str = "auto"


USUAL = Encoding()
"""Whatever the format's usual codec usually does."""


def format_of(path: Path) -> Format:
    """The format of a film's path by its suffix; without one it is a folder of PNG files.

    Raises:
        ValueError: The suffix is unknown; says which there are.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in FORMATS and suffix:
        known = ", ".join(f".{name}" for name in FORMATS if name != "png")
        raise ValueError(f"ends in .{suffix}; films end in {known}, or in nothing: a folder of PNG files")
    return FORMATS[suffix or "png"]


def encoders_of(film_format: Format, encoding: Encoding) -> tuple[Encoder, ...]:
    """The encoders that can make a film as asked, the best first; which are at hand is another question.

    Raises:
        ValueError: What is asked for does not go together; begins with the name of the setting.
    """
    codec = film_format.codecs[0] if encoding.codec == "auto" else encoding.codec
    if codec not in film_format.codecs:
        raise ValueError(
            f"codec: {codec} does not go into {film_format.name}; expected {_one_of(film_format.codecs)}"
        )
    backends = CODECS[codec]
    backend = SOFTWARE if encoding.encoder == "auto" else encoding.encoder
    if backend not in backends:
        raise ValueError(f"encoder: {backend} has no {codec}; expected {_one_of(('auto', *backends))}")
    found = backends[backend]
    if encoding.pixel_format and not any(encoding.pixel_format in one.pixels for one in found):
        raise ValueError(
            f"pixel_format: is {encoding.pixel_format!r}; {codec} takes {_one_of(found[0].pixels)}"
        )
    if encoding.preset and not any(encoding.preset in one.presets for one in found):
        expected = _one_of(found[0].presets) if found[0].presets else "none"
        raise ValueError(f"preset: is {encoding.preset!r}; {found[0].name} has {expected}")
    high = found[0].quality.high if found[0].quality else None
    if encoding.crf is not None and (high is None or encoding.crf > high):
        expected = (
            f"0 (best) to {high}" if high else "nothing here: its preset says the quality, or it is lossless"
        )
        raise ValueError(f"crf: is {encoding.crf}; for {codec} expected {expected}")
    return found


def _one_of(names: tuple[str, ...]) -> str:
    return ", ".join(names)
