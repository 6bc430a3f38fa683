"""Problems of a video file and its sound, found without a model and before the first image is made."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from animator.errors import AnimatorError, UserError
from animator.film.encoders import find_encoder
from animator.film.spec import VideoSpec


@dataclass(frozen=True)
class OutputProblem:
    """A problem of a video file or its sound.

    Attributes:
        setting: The setting to change, such as `sound.soundtrack_path`.
        message: What was there, what is expected, what to do.
        severity: "error" where the file cannot be made, "warning" where it may not be what was meant.
    """

    setting: str
    message: str
    severity: Literal["error", "warning"] = "error"


def output_problems(film: VideoSpec, frames: int) -> tuple[OutputProblem, ...]:
    """Returns the problems of a video file; writes only into a temporary folder of its own.

    Args:
        film: The video.
        frames: Number of its images.
    """
    return tuple(_problems(film, frames))


def _problems(film: VideoSpec, frames: int) -> Iterator[OutputProblem]:
    try:
        find_encoder(film.format, film.encoding)
    except (ValueError, UserError) as error:
        yield OutputProblem("output.format", str(error))
        return
    if film.sound is not None and film.format.audio:
        try:
            film.sound.check()
        except AnimatorError as error:
            yield OutputProblem("sound.soundtrack_path", str(error))
