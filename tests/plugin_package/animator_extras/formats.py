"""An output format: animated PNG, with the codec that it holds."""

from animator.film.codecs import SOFTWARE, Encoder
from animator.film.formats import Format

_ENCODER = Encoder("apng", ("rgb24",), even=False)
APNG = Format(
    "apng",
    "apng",
    ("apng",),
    "web pages, lossless",
    final_args=("-plays", "0"),
    intermediate="mkv",
    encoders={"apng": {SOFTWARE: (_ENCODER,)}},
)
