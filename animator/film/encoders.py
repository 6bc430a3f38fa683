"""Which of ffmpeg's encoders are at hand."""

from functools import lru_cache

from animator.errors import UserError, VideoError
from animator.film import ffmpeg
from animator.film.codecs import SOFTWARE, Encoder
from animator.film.formats import Encoding, Format, encoders_of


def find_encoder(film_format: Format, encoding: Encoding) -> Encoder:
    """The encoder that makes such a film: the first that this ffmpeg has and, of hardware, that works.

    Raises:
        UserError: What is asked for does not go together, or there is no such encoder here; says why.
    """
    try:
        candidates = encoders_of(film_format, encoding)
    except ValueError as error:
        raise UserError(f"output.{error}") from error
    known = _listed(ffmpeg.executable())
    here = [encoder for encoder in candidates if encoder.name in known]
    if not here:
        names = " or ".join(encoder.name for encoder in candidates)
        raise UserError(f"output: the ffmpeg at hand ({ffmpeg.executable()}) has no {names}")
    if encoding.encoder not in ("auto", SOFTWARE):
        _try(here[0], encoding.encoder)
    return here[0]


@lru_cache
def _listed(executable: str) -> frozenset[str]:
    """The names of the encoders an ffmpeg was built with."""
    shown = ffmpeg.run(["-hide_banner", "-loglevel", "error", "-encoders"], "the list of encoders")
    lines = shown.decode(errors="replace").partition("------")[2].splitlines()
    return frozenset(words[1] for line in lines if len(words := line.split()) > 1)


def _try(encoder: Encoder, backend: str) -> None:
    """Encodes one black image; an encoder that is built in need not have its hardware."""
    image = ["-f", "lavfi", "-i", "color=black:size=256x256", "-frames:v", "1"]
    upload = f",{encoder.upload}" if encoder.upload else ""
    told = ["-vf", f"format={encoder.pixels[0]}{upload}", "-c:v", encoder.name, "-f", "null", "-"]
    try:
        ffmpeg.run([*ffmpeg.QUIET, *encoder.device, *image, *told], encoder.name)
    except VideoError as error:
        raise UserError(
            f"output.encoder: {backend} does not work on this machine; set it to auto (software). {error}"
        ) from error
