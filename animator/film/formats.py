"""Video formats: their codecs, and the args with which ffmpeg writes them while frames come."""

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
    """A kind of video file, or a folder of images.

    Attributes:
        name: Value of `output.format`; also the file's suffix.
        muxer: ffmpeg's name of the container.
        codecs: Names of the codecs it can hold; the first is the default.
        good_for: Typical uses, as listed in docs/film.md.
        stream_args: ffmpeg args that let the part file play even if the process dies.
        final_args: ffmpeg args of the finished file.
        audio: ffmpeg args of the audio codec; empty for a format without sound.
        layouts: ffmpeg's names of the channel layouts that the audio codec takes, joined by "|"; empty takes
            any.
        intermediate: Format of the part file, for a format that can only be made from all frames at the end.
        palette: True where all frames share one palette, which takes a first pass over them.
        is_sequence: True for a folder of image files, one per frame.
        max_fps: Highest rate that viewers play in time, for a format with an intermediate one; images of
            faster films are left out. 0 is any.
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
    layouts: str = ""
    max_fps: int = 0


_AAC = ("-c:a", "aac", "-b:a", "192k")
_OPUS = ("-c:a", "libopus", "-b:a", "160k")
_PCM = ("-c:a", "pcm_s16le")
_FLAC = ("-c:a", "flac")
_VORBIS_ORDER = "mono|stereo|3.0|quad|5.0|5.1|6.1|7.1"
"""Layouts of Opus, from the table of channel mapping family 1 (RFC 7845)."""
_UP_TO_8 = (
    "mono|stereo|2.1|3.0|3.0(back)|4.0|quad|quad(side)|5.0|5.0(side)|5.1|5.1(side)|6.0|6.1|7.0|7.1|7.1(wide)"
)
# Browsers show an image of a GIF or WebP file that asks for 10 ms or less for 100 ms. GIF counts in
# hundredths of a second, WebP in thousandths.
_LOOPED = ("-loop", "0")
_BUILT_IN = (
    Format(
        "mp4",
        "mp4",
        ("h264", "h265", "av1"),
        "players, browsers, uploads",
        _FRAGMENTS,
        _FASTSTART,
        _AAC,
        layouts=_UP_TO_8,
    ),
    Format("webm", "webm", ("vp9", "av1"), "web pages", _FLUSHED, (), _OPUS, layouts=_VORBIS_ORDER),
    Format("mov", "mov", ("prores", "h264", "h265"), "editing", _FRAGMENTS, _FASTSTART, _PCM),
    Format(
        "mkv",
        "matroska",
        ("ffv1", "h264", "h265", "av1", "vp9"),
        "lossless archives",
        _FLUSHED,
        (),
        _FLAC,
        layouts=_UP_TO_8,
    ),
    Format("gif", "gif", ("gif",), "chats", final_args=_LOOPED, intermediate="mkv", palette=True, max_fps=50),
    Format("webp", "webp", ("webp",), "web pages, chats", final_args=_LOOPED, intermediate="mkv", max_fps=90),
    Format("png", "image2", ("png",), "other programs", stream_args=("-start_number", "0"), is_sequence=True),
)
FORMATS: Mapping[str, Format] = {built_in.name: built_in for built_in in _BUILT_IN}
"""The built-in formats by name; `find_format` also finds those of plug-ins."""
SEQUENCE = FORMATS["png"]
CODEC_CHOICES = (
    "auto",
    *dict.fromkeys(codec for built_in in _BUILT_IN if len(built_in.codecs) > 1 for codec in built_in.codecs),
)
"""Values of `output.codec`; a format with a single codec needs no choice."""
ENCODER_CHOICES = ("auto", *(backend for backend in BACKENDS if backend != SOFTWARE))
"""Values of `output.encoder`; `auto` is software."""


@dataclass(frozen=True)
class Encoding:
    """Codec, quality and preset of a video; empty fields take the defaults.

    Attributes:
        codec: A codec of the format; "auto" is the format's first.
        crf: Quality on the codec's own scale, 0 best; None is the encoder's default.
        preset: One of the encoder's presets.
        pixel_format: One of the encoder's pixel formats.
        encoder: "auto" (software), or the hardware that encodes: "nvenc", "vaapi", "videotoolbox".
    """

    codec: str = "auto"
    crf: int | None = None
    preset: str = ""
    pixel_format: str = ""
    encoder: str = "auto"


DEFAULT_ENCODING = Encoding()
"""The format's first codec with its default quality and preset."""


def find_format(name: str) -> Format:
    """Returns the format of a name, built in or from a plug-in.

    Raises:
        PluginError: There is no such format, or its plug-in is broken.
    """
    if name in FORMATS:
        return FORMATS[name]
    plugin = plugins.load(PLUGINS, name)
    if not isinstance(plugin, Format) or plugin.name != name:
        raise PluginError(f"output format {name!r}: its package offers no Format of that name")
    return plugin


def format_of(path: Path) -> Format:
    """Returns the format of a path by its suffix; without a suffix it is a folder of PNG files.

    Raises:
        ValueError: The suffix is unknown; the message lists the known ones.
        PluginError: The plug-in with the format is broken.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if not suffix:
        return SEQUENCE
    if suffix not in FORMATS and suffix not in plugins.names(PLUGINS):
        known = ", ".join(f".{one.name}" for one in FORMATS.values() if not one.is_sequence)
        raise ValueError(f"ends in .{suffix}; expected {known}, or no suffix for a folder of PNG files")
    return find_format(suffix)


def video_suffixes() -> tuple[str, ...]:
    """Returns the suffixes of video files, such as `.mp4`, built in and from plug-ins."""
    built_in = [one.name for one in FORMATS.values() if not one.is_sequence]
    return tuple(f".{name}" for name in dict.fromkeys((*built_in, *plugins.names(PLUGINS))))


def encoders_of(film_format: Format, encoding: Encoding) -> tuple[Encoder, ...]:
    """Returns the encoders for a format and an encoding, the best first, whether ffmpeg has them or not.

    Raises:
        ValueError: The settings do not fit together; the message begins with the name of the setting.
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
    encoders = backends[backend]
    first = encoders[0]
    if encoding.pixel_format and not any(encoding.pixel_format in one.pixels for one in encoders):
        raise ValueError(f"pixel_format: is {encoding.pixel_format!r}; {codec} takes {_one_of(first.pixels)}")
    if encoding.preset and not any(encoding.preset in one.presets for one in encoders):
        expected = _one_of(first.presets) if first.presets else "none"
        raise ValueError(f"preset: is {encoding.preset!r}; {first.name} has {expected}")
    worst = first.quality.worst if first.quality else None
    if encoding.crf is not None and (worst is None or encoding.crf > worst):
        expected = f"0 (best) to {worst}" if worst else "none: its preset sets the quality, or it is lossless"
        raise ValueError(f"crf: is {encoding.crf}; for {codec} expected {expected}")
    return encoders


def _one_of(names: tuple[str, ...]) -> str:
    return ", ".join(names)
