"""Film formats: which codecs each holds, how it is written while frames come, and how sound goes in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from animator.core import plugins
from animator.errors import PluginError
from animator.film.codecs import BACKENDS, CODECS, SOFTWARE, Backends, Encoder

PLUGINS = "animator.output_formats"
"""The entry points with which other packages add a `Format`; the suffix of its files is the name."""
_FRAGMENTS = ("-movflags", "+frag_keyframe+empty_moov+default_base_moof")
_FLUSHED = ("-cluster_time_limit", "1000", "-flush_packets", "1")
_FASTSTART = ("-movflags", "+faststart")


@dataclass(frozen=True)
class Format:
    """One kind of film file, or of folder.

    Attributes:
        name: As in `output.format`; also the file's suffix.
        muxer: ffmpeg's name of the container.
        codecs: Names of the codecs it can hold; the first is the default.
        good_for: What people use it for, as docs/film.md says it.
        stream_args: Options with which the part file plays though the process dies.
        final_args: Options of the finished file.
        audio: How sound is encoded; empty: the format holds none.
        intermediate: The format of the part file, where this one can only be made of all frames at the end.
        palette: True where all frames share one palette, which takes a first pass over them.
        is_sequence: True for a folder of image files, one per frame.
        encoders: Encoders of codecs that `codecs.CODECS` lacks.
    """

    name: str
    muxer: str
    codecs: tuple[str, ...]
    good_for: str
    stream_args: tuple[str, ...] = ()
    final_args: tuple[str, ...] = ()
    audio: tuple[str, ...] = ()
    intermediate: str = ""
    palette: bool = False
    is_sequence: bool = False
    encoders: Mapping[str, Backends] = field(default_factory=dict)


_AAC = ("-c:a", "aac", "-b:a", "192k")
_OPUS = ("-c:a", "libopus", "-b:a", "160k")
_PCM = ("-c:a", "pcm_s16le")
_FLAC = ("-c:a", "flac")
_LOOPED = ("-loop", "0")
_NAMED = (
    Format("mp4", "mp4", ("h264", "h265", "av1"), "players, browsers, uploads", _FRAGMENTS, _FASTSTART, _AAC),
    Format("webm", "webm", ("vp9", "av1"), "web pages", _FLUSHED, (), _OPUS),
    Format("mov", "mov", ("prores", "h264", "h265"), "editing", _FRAGMENTS, _FASTSTART, _PCM),
    Format(
        "mkv", "matroska", ("ffv1", "h264", "h265", "av1", "vp9"), "lossless archives", _FLUSHED, (), _FLAC
    ),
    Format("gif", "gif", ("gif",), "chats", final_args=_LOOPED, intermediate="mkv", palette=True),
    Format("webp", "webp", ("webp",), "web pages, chats", final_args=_LOOPED, intermediate="mkv"),
    Format("png", "image2", ("png",), "other programs", stream_args=("-start_number", "0"), is_sequence=True),
)
FORMATS: Mapping[str, Format] = {made.name: made for made in _NAMED}
"""The built-in formats by name; `find_format` also asks other packages."""
SEQUENCE = FORMATS["png"]
CODEC_CHOICES = (
    "auto",
    *dict.fromkeys(codec for made in _NAMED if len(made.codecs) > 1 for codec in made.codecs),
)
"""What `output.codec` offers; the codec of a format that holds just one needs no choice."""
ENCODER_CHOICES = ("auto", *(backend for backend in BACKENDS if backend != SOFTWARE))
"""What `output.encoder` offers; `auto` is software."""


@dataclass(frozen=True)
class Encoding:
    """How images are encoded; empty fields leave it to the codec.

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


def find_format(name: str) -> Format:
    """Returns the format of a name, built in or offered by another package.

    Raises:
        PluginError: There is no such format, or the package that offers it is broken.
    """
    if name in FORMATS:
        return FORMATS[name]
    offered = plugins.load(PLUGINS, name)
    if not isinstance(offered, Format) or offered.name != name:
        raise PluginError(f"output format {name!r}: its package offers no Format of that name")
    return offered


def format_of(path: Path) -> Format:
    """The format of a film's path by its suffix; without one it is a folder of PNG files.

    Raises:
        ValueError: The suffix is unknown; says which there are.
        PluginError: The package that offers the format is broken.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if not suffix:
        return SEQUENCE
    if suffix not in FORMATS and suffix not in plugins.names(PLUGINS):
        known = ", ".join(f".{made.name}" for made in FORMATS.values() if not made.is_sequence)
        raise ValueError(f"ends in .{suffix}; films end in {known}, or in nothing: a folder of PNG files")
    return find_format(suffix)


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
    backends = film_format.encoders[codec] if codec in film_format.encoders else CODECS[codec]
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
