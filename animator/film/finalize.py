"""Turns the part file that grew with the frames into the finished video."""

import tempfile
from fractions import Fraction
from pathlib import Path

from animator.core.atomic import temporary_file
from animator.core.marks import mark_animation
from animator.film import ffmpeg
from animator.film.codecs import Encoder
from animator.film.comment import metadata_text
from animator.film.encoders import find_encoder
from animator.film.image_sequence import move_images
from animator.film.spec import VideoSpec, encoder_args, filters, mux_args


def finalize(film: VideoSpec, frames: int) -> None:
    """Puts the finished video at its path and removes the part file.

    Args:
        film: The video; its part file is complete.
        frames: Number of frames, which gives the length of the sound.

    Raises:
        VideoError: ffmpeg failed; the part file is left.
        UserError: The sound cannot be read.
    """
    if film.format.is_sequence:
        move_images(film.part, film.file)
        return
    with temporary_file(film.file) as (hidden, file):
        file.close()  # ffmpeg opens it by its name
        if film.format.intermediate:
            _convert(film, find_encoder(film.format, film.encoding), hidden)
            mark_animation(hidden)
        else:
            _copy(film, frames / film.rate, hidden)
        hidden.replace(film.file)
    film.part.unlink()


def _copy(film: VideoSpec, seconds: Fraction, target: Path) -> None:
    metadata = metadata_text(film.comment).encode()
    sound = film.sound if film.format.audio else None
    inputs: list[str] = []
    output: list[str] = []
    if sound:
        inputs = sound.input()
        chain = f"[2:a:0]{sound.filters(seconds, film.format.layouts)}[a]"
        output = ["-filter_complex", chain, "-map", "[a]", *film.format.audio]
    ffmpeg.run(mux_args(film, target, inputs, output), film.file.name, metadata)


def _convert(film: VideoSpec, encoder: Encoder, target: Path) -> None:
    """Encodes a format that needs all frames before it can begin."""
    output = [*film.format.final_args, "-f", film.format.muxer, str(target)]
    source, fewer = [*ffmpeg.QUIET, "-i", str(film.part)], ""
    if film.shown_rate < film.rate:
        # With the exact rate, since the part file's times are rounded to milliseconds.
        source = [*ffmpeg.QUIET, "-r", str(film.rate), "-i", str(film.part)]
        fewer = f"fps={film.shown_rate}:eof_action=pass,"
    if not film.format.palette:
        codec = ["-vf", f"{fewer}{filters(encoder, film.encoding)}", *encoder_args(encoder, film.encoding)]
        ffmpeg.run([*source, *codec, *output], film.file.name)
        return
    dither = film.encoding.preset or encoder.preset
    with tempfile.TemporaryDirectory() as folder:
        palette = str(Path(folder) / "palette.png")
        # Two passes over the file: in one, every frame would wait in memory for the palette.
        ffmpeg.run([*source, "-vf", f"{fewer}palettegen=stats_mode=full", palette], film.file.name)
        begin = f"[0:v]{fewer.rstrip(',')}[v];[v]" if fewer else "[0:v]"
        mapping = f"{begin}[1:v]paletteuse=dither={dither}:diff_mode=rectangle"
        ffmpeg.run([*source, "-i", palette, "-filter_complex", mapping, *output], film.file.name)
