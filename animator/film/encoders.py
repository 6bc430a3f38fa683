"""Finds an encoder that the installed ffmpeg has."""

from functools import lru_cache

from animator.errors import UserError, VideoError
from animator.film import ffmpeg
from animator.film.codecs import SOFTWARE, Encoder
from animator.film.formats import Encoding, Format, encoders_of


def find_encoder(film_format: Format, encoding: Encoding) -> Encoder:
    """Returns the best available encoder for a video; a hardware encoder is tried out first.

    Raises:
        UserError: The settings do not fit together, or the encoder is not available; the message says why.
    """
    try:
        candidates = encoders_of(film_format, encoding)
    except ValueError as error:
        raise UserError(f"output.{error}") from error
    built_in = _built_in_encoders(ffmpeg.executable())
    available = [encoder for encoder in candidates if encoder.name in built_in]
    if not available:
        names = " or ".join(encoder.name for encoder in candidates)
        raise UserError(f"output: the installed ffmpeg ({ffmpeg.executable()}) has no {names}")
    if encoding.encoder not in ("auto", SOFTWARE):
        _try_encoder(available[0], encoding.encoder)
    return available[0]


@lru_cache
def _built_in_encoders(executable: str) -> frozenset[str]:
    """Returns the names of the encoders an ffmpeg was built with."""
    listing = ffmpeg.run(["-hide_banner", "-loglevel", "error", "-encoders"], "the list of encoders")
    lines = listing.decode(errors="replace").partition("------")[2].splitlines()
    return frozenset(columns[1] for line in lines if len(columns := line.split()) > 1)


def _try_encoder(encoder: Encoder, backend: str) -> None:
    """Encodes one black image, for an encoder may be built in without its hardware being there."""
    image = ["-f", "lavfi", "-i", "color=black:size=256x256", "-frames:v", "1"]
    upload = f",{encoder.upload}" if encoder.upload else ""
    output = ["-vf", f"format={encoder.pixels[0]}{upload}", "-c:v", encoder.name, "-f", "null", "-"]
    try:
        ffmpeg.run([*ffmpeg.QUIET, *encoder.device, *image, *output], encoder.name)
    except ffmpeg.DisturbedError as error:
        raise UserError(f"output.encoder: {backend} could not be tried out; try again. {error}") from error
    except VideoError as error:
        raise UserError(
            f"output.encoder: {backend} does not work on this machine; set it to auto (software). {error}"
        ) from error
