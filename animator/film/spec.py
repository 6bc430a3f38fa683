"""`VideoSpec`: what a film file is to be, and the ffmpeg calls that make it so."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from animator.film.codecs import Encoder
from animator.film.ffmpeg import QUIET
from animator.film.formats import FORMATS, USUAL, Encoding, Format, format_of
from animator.film.frame_rate import frame_rate
from animator.film.sound import Sound

IMAGES = "%09d.png"
_RGB = ("bgr0", "rgb24", "bgra")
_LOSSLESS = Encoding("ffv1")


@dataclass(frozen=True)
class VideoSpec:
    """What the film file is to be; the path's suffix says the format.

    Attributes:
        path: The finished file: .mp4, .webm, .mov, .mkv, .gif, .webp; without a suffix it is a folder of PNG
            files. It appears when the film is complete.
        size: Width and height of the images; sides that a codec cannot hold are made even by repeating
            the last row or column.
        fps: Frames per second; 29.97 and the like mean the exact rates of television.
        encoding: Codec, quality, preset.
        comment: What the finished file says about itself.
        sound: What is heard.
    """

    path: str | Path
    size: tuple[int, int]
    fps: float | Fraction
    encoding: Encoding = USUAL
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
    def format(self) -> Format:
        """The format by the path's suffix.

        Raises:
            ValueError: The suffix is unknown.
        """
        return format_of(self.file)

    @property
    def stream_args(self) -> tuple[Format, Encoding]:
        """Format and encoding of the part file, which plays whenever it ends."""
        through = self.format.intermediate
        return (FORMATS[through], _LOSSLESS) if through else (self.format, self.encoding)

    @property
    def part(self) -> Path:
        """The film so far; goes when the film is complete."""
        if self.format.is_sequence:
            return self.file.with_name(f"{self.file.name}.part")
        return self.file.with_name(f"{self.file.stem}.part.{self.stream_args[0].name}")


def record_arguments(film: VideoSpec, encoder: Encoder) -> list[str]:
    """What ffmpeg is told to make the part file of raw RGB from standard input."""
    width, height = held_size(film.size, encoder)
    live, encoding = film.stream_args
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
    image = [
        "-vf",
        filters(encoder, encoding),
        *encoder_args(encoder, encoding),
        *_sample_entry(film, encoder),
    ]
    return [
        *QUIET,
        *encoder.device,
        *source,
        *image,
        *_groups(encoder),
        *live.stream_args,
        "-f",
        live.muxer,
        str(target),
    ]


def filters(encoder: Encoder, encoding: Encoding) -> str:
    """The filters from RGB to what an encoder takes, tagged as what it is.

    Small untagged images are taken for BT.601 by players, and an encoder believes the image's own tags
    before any option: so matrix, primaries and transfer are said by the image.
    """
    pixels = encoding.pixel_format or _usual_pixels(encoder, encoding)
    if pixels in _RGB:
        return f"format={pixels},setparams=color_primaries=bt709:color_trc=bt709:range=pc"
    convert = "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int"
    tags = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
    upload = f",{encoder.upload}" if encoder.upload else ""
    return f"{convert},format={pixels},{tags}{upload}"


def encoder_args(encoder: Encoder, encoding: Encoding) -> list[str]:
    """The codec options of ffmpeg."""
    words = ["-c:v", encoder.name]
    if encoder.presets and encoder.preset_option:
        words += [encoder.preset_option, encoding.preset or encoder.preset]
    if encoder.quality:
        words += encoder.quality.words(encoding.crf)
    return [*words, *encoder.options]


def held_size(size: tuple[int, int], encoder: Encoder) -> tuple[int, int]:
    """Width and height of the images as an encoder can hold them."""
    width, height = size
    return (width + width % 2, height + height % 2) if encoder.even else size


def settle_arguments(film: VideoSpec, target: Path, inputs: Sequence[str], mixed: Sequence[str]) -> list[str]:
    """What ffmpeg is told to copy a part file into the finished one, with metadata from standard input.

    Args:
        film: The film.
        target: The finished file.
        inputs: What opens the sound, as the third input; empty for a silent film.
        mixed: The filters and the encoder of that sound.
    """
    opened = ["-i", str(film.part), "-f", "ffmetadata", "-i", "-", *inputs]
    chosen = ["-map", "0:v", "-map_metadata", "1", "-c:v", "copy", *mixed]
    return [*QUIET, *opened, *chosen, *film.format.final_args, "-f", film.format.muxer, str(target)]


def _usual_pixels(encoder: Encoder, encoding: Encoding) -> str:
    """ProRes 4444 is the one preset that has other pixels."""
    return encoder.pixels[-1] if encoding.preset.startswith("4444") else encoder.pixels[0]


def _groups(encoder: Encoder) -> tuple[str, ...]:
    """A key frame twice a second or so: fragments end there, and players jump there."""
    return () if "-g" in encoder.options else ("-g", "30")


def _sample_entry(film: VideoSpec, encoder: Encoder) -> tuple[str, ...]:
    """Apple's players know H.265 by this name only."""
    is_h265 = "hevc" in encoder.name or "x265" in encoder.name
    return ("-tag:v", "hvc1") if is_h265 and film.format.muxer in ("mp4", "mov") else ()
