"""From the part file that grew with the frames to the finished film."""

import shutil
import tempfile
from fractions import Fraction
from pathlib import Path

from animator.film import ffmpeg
from animator.film.codecs import Encoder
from animator.film.comment import metadata_text
from animator.film.encoders import find_encoder
from animator.film.spec import VideoSpec, encoder_args, filters, settle_arguments


def finalize(film: VideoSpec, frames: int) -> None:
    """Puts the finished film at its path and takes the part file away.

    Args:
        film: The film; its part file is complete.
        frames: How many frames it has, by which its sound is cut.

    Raises:
        VideoError: ffmpeg failed; the part file is left.
        UserError: The sound cannot be read.
    """
    if film.format.is_sequence:
        _settle_folder(film)
        return
    hidden = film.file.with_name(f".{film.part.stem}{film.file.suffix}")
    try:
        if film.format.intermediate:
            _convert(film, find_encoder(film.format, film.encoding), hidden)
        else:
            _copy(film, frames / film.rate, hidden)
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise
    hidden.replace(film.file)
    film.part.unlink()


def _copy(film: VideoSpec, seconds: Fraction, target: Path) -> None:
    about = metadata_text(film.comment).encode()
    heard = film.sound if film.format.audio else None
    inputs = heard.input() if heard else []
    mixed = ["-filter_complex", f"[2:a:0]{heard.filters(seconds)}[a]", "-map", "[a]"] if heard else []
    mixed += film.format.audio if heard else []
    ffmpeg.run(settle_arguments(film, target, inputs, mixed), film.file.name, about)


def _convert(film: VideoSpec, encoder: Encoder, target: Path) -> None:
    """A film of a format that needs all frames before it can begin."""
    about = [*film.format.final_args, "-f", film.format.muxer, str(target)]
    source = [*ffmpeg.QUIET, "-i", str(film.part)]
    if not film.format.palette:
        told = ["-vf", filters(encoder, film.encoding), *encoder_args(encoder, film.encoding)]
        ffmpeg.run([*source, *told, *about], film.file.name)
        return
    dither = film.encoding.preset or encoder.preset
    with tempfile.TemporaryDirectory() as folder:
        palette = str(Path(folder) / "palette.png")
        # Two passes over the file: in one, every frame would wait in memory for the palette.
        ffmpeg.run([*source, "-vf", "palettegen=stats_mode=full", palette], film.file.name)
        mapped = f"[0:v][1:v]paletteuse=dither={dither}:diff_mode=rectangle"
        ffmpeg.run([*source, "-i", palette, "-filter_complex", mapped, *about], film.file.name)


def _settle_folder(film: VideoSpec) -> None:
    """Moves the images in; those of an earlier film go, whatever else lies there stays."""
    film.file.mkdir(parents=True, exist_ok=True)
    for old in film.file.glob("[0-9]" * 9 + ".png"):
        old.unlink()
    for image in sorted(film.part.iterdir()):
        image.replace(film.file / image.name)
    shutil.rmtree(film.part)
