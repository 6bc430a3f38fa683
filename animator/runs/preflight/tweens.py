"""Checks the video model that generates the in-betweens of a film; it is not opened."""

import logging
from pathlib import Path

import numpy as np

from animator.core.log_collector import warn_once
from animator.models.diffusion.checkpoints.usable import check_permitted
from animator.models.video.find import check_video_folder, find_video_model
from animator.models.video.kinds import VideoKind
from animator.models.video.times import generated_steps, is_even
from animator.runs.preflight.film import FilmToCheck
from animator.settings.inputs import generates_tweens
from animator.timeline.timeline import Timeline

log = logging.getLogger(__name__)


def check_tweens(film: FilmToCheck) -> None:
    """Checks that the video model is there, complete and of a known kind, where in-betweens are generated.

    Logs a warning where its images cannot be spread evenly over the frames.
    """
    if film.timeline is None or film.is_broken("diffusion.tween_model", "diffusion.cadence"):
        return
    if not generates_tweens(film.animation):
        return
    with film.problems.at("diffusion.tween_model"):
        name = film.animation.diffusion.tween_model
        found = find_video_model(name, film.library)
        if found.kind == "folder":
            _tell_uneven(check_video_folder(name, Path(found.location)), film.timeline)
        else:
            check_permitted(found)


def _tell_uneven(kind: VideoKind, timeline: Timeline) -> None:
    """Logs a warning for the first group whose images are not evenly spread over its frames.

    The film's first group has no image before it, and its last one is as short as it comes.
    """
    ends = [*timeline.generated_frames.tolist(), len(timeline)]
    multiple = kind.time_multiple
    for length in np.diff(ends)[1:-1].tolist():
        if not is_even(length, multiple):
            shown = generated_steps(length, multiple)
            warn_once(
                log,
                "diffusion.cadence: of every %d images that the video model generates, the %d nearest in "
                "time are shown, so that things move unevenly; with a cadence of %d or %d they move evenly",
                *(shown, length, multiple // 2, multiple),
            )
            return
