"""`VideoSpec`: the description of a video file, and the ffmpeg command lines that write it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from animator.core.marks import PART_COMMENT
from animator.film.codecs import Encoder
from animator.film.ffmpeg import QUIET
from animator.film.formats import DEFAULT_ENCODING, FORMATS, Encoding, Format, format_of
from animator.film.frame_rate import frame_rate
from animator.film.sound import Sound

IMAGES = "%09d.png"
_RGB = ("bgr0", "rgb24", "bgra")
_LOSSLESS = Encoding("ffv1")


@dataclass(frozen=True)
class VideoSpec:
    """A video file to write; the path's suffix gives the format.

    Attributes:
        path: The finished file: .mp4, .webm, .mov, .mkv, .gif, .webp; without a suffix it is a folder of PNG
            files. It appears once the video is complete.
        size: Width and height of the images; odd sides that a codec cannot hold are made even by repeating
            the last row or column.
        fps: Frames per second; 29.97 and the like mean the exact rates of television.
        encoding: Codec, quality, preset.
        comment: Metadata comment of the finished file.
        sound: The soundtrack; None for a silent video.
    """

    path: str | Path
    size: tuple[int, int]
    fps: float | Fraction
    encoding: Encoding = DEFAULT_ENCODING
    comment: str = ""
    sound: Sound | None = None

    @property
    def file(self) -> Path:
        """`path` as a Path."""
        return Path(self.path)

    @property
    def rate(self) -> Fraction:
        """Frames per second, exactly."""
        return frame_rate(self.fps)

    @property
    def shown_rate(self) -> Fraction:
        """Frames per second of the finished file: `rate`, or the highest that viewers of the format play."""
        limit = self.format.max_fps
        return min(self.rate, Fraction(limit)) if limit else self.rate

    @property
    def format(self) -> Format:
        """The format of the path's suffix.

        Raises:
            ValueError: The suffix is unknown.
        """
        return format_of(self.file)

    @property
    def part_format(self) -> tuple[Format, Encoding]:
        """Format and encoding of the part file, which plays wherever it is cut off."""
        intermediate = self.format.intermediate
        return (FORMATS[intermediate], _LOSSLESS) if intermediate else (self.format, self.encoding)

    @property
    def part(self) -> Path:
        """The part file, written while images come; removed once the video is complete."""
        if self.format.is_sequence:
            return self.file.with_name(f"{self.file.name}.part")
        return self.file.with_name(f"{self.file.stem}.part.{self.part_format[0].name}")


def encode_args(film: VideoSpec, encoder: Encoder) -> list[str]:
    """Returns the ffmpeg args that write the part file from raw RGB on standard input."""
    width, height = encoded_size(film.size, encoder)
    part_format, encoding = film.part_format
    source = [
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-s",
        f"{width}x{height}",
        "-r",
        str(film.rate),
        "-i",
        "-",
    ]
    target = film.part / IMAGES if film.format.is_sequence else film.part
    codec = [
        "-vf",
        filters(encoder, encoding),
        *encoder_args(encoder, encoding),
        *_tag_args(film, encoder),
    ]
    return [
        *QUIET,
        *encoder.device,
        *source,
        *codec,
        *_gop_args(encoder),
        *part_format.stream_args,
        "-metadata",
        f"comment={PART_COMMENT}",
        "-f",
        part_format.muxer,
        str(target),
    ]


def filters(encoder: Encoder, encoding: Encoding) -> str:
    """Returns the filters from RGB to an encoder's pixel format, with color tags.

    Players take small untagged images for BT.601, and an encoder trusts the tags of its frames more than its
    options: so the filters tag the frames with matrix, primaries and transfer.
    """
    pixels = encoding.pixel_format or _default_pixels(encoder, encoding)
    if pixels in _RGB:
        return f"format={pixels},setparams=color_primaries=bt709:color_trc=bt709:range=pc"
    convert = "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int"
    tags = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
    upload = f",{encoder.upload}" if encoder.upload else ""
    return f"{convert},format={pixels},{tags}{upload}"


def encoder_args(encoder: Encoder, encoding: Encoding) -> list[str]:
    """Returns the ffmpeg args of the codec: its name, preset, quality and fixed options."""
    args = ["-c:v", encoder.name]
    if encoder.presets and encoder.preset_option:
        args += [encoder.preset_option, encoding.preset or encoder.preset]
    if encoder.quality:
        args += encoder.quality.args(encoding.crf)
    return [*args, *encoder.options]


def encoded_size(size: tuple[int, int], encoder: Encoder) -> tuple[int, int]:
    """Returns width and height rounded up to what an encoder can hold."""
    width, height = size
    return (width + width % 2, height + height % 2) if encoder.even else size


def mux_args(
    film: VideoSpec, target: Path, sound_input: Sequence[str], sound_output: Sequence[str]
) -> list[str]:
    """Returns the ffmpeg args that copy a part file into the finished one; metadata comes on standard input.

    Args:
        film: The video.
        target: The finished file.
        sound_input: Args that open the sound as the third input; empty for a silent video.
        sound_output: Args of the sound's filters and encoder.
    """
    inputs = ["-i", str(film.part), "-f", "ffmetadata", "-i", "-", *sound_input]
    output = ["-map", "0:v", "-map_metadata", "1", "-c:v", "copy", *sound_output]
    return [*QUIET, *inputs, *output, *film.format.final_args, "-f", film.format.muxer, str(target)]


def _default_pixels(encoder: Encoder, encoding: Encoding) -> str:
    """Returns the pixel format of an encoder; ProRes 4444 is the one preset with another format."""
    return encoder.pixels[-1] if encoding.preset.startswith("4444") else encoder.pixels[0]


def _gop_args(encoder: Encoder) -> tuple[str, ...]:
    """Returns args for a key frame about twice a second: fragments end there, and players seek there."""
    return () if "-g" in encoder.options else ("-g", "30")


def _tag_args(film: VideoSpec, encoder: Encoder) -> tuple[str, ...]:
    """Returns args for the sample entry `hvc1`, the only one by which Apple's players know H.265."""
    is_h265 = "hevc" in encoder.name or "x265" in encoder.name
    return ("-tag:v", "hvc1") if is_h265 and film.format.muxer in ("mp4", "mov") else ()
