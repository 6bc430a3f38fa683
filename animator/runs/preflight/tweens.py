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

    Logs a warning where its images are not spread evenly, or are too many.
    """
    if film.timeline is None or film.is_broken("diffusion.tween_model", "diffusion.cadence"):
        return
    if not generates_tweens(film.animation):
        return
    with film.problems.at("diffusion.tween_model"):
        name = film.animation.diffusion.tween_model
        found = find_video_model(name, film.library)
        if found.kind == "folder":
            _tell_of_times(check_video_folder(name, Path(found.location)), film.timeline)
        else:
            check_permitted(found)


def _tell_of_times(kind: VideoKind, timeline: Timeline) -> None:
    """Logs a warning for images that are not evenly spread over the frames of a group, and for too many.

    The film's first group has no image before it, and its last one is as short as it comes.
    """
    multiple = kind.time_multiple
    ends = [*timeline.generated_frames.tolist(), len(timeline)]
    lengths = np.diff(ends)[1:].tolist()
    uneven = next((length for length in lengths[:-1] if not is_even(length, multiple)), None)
    if uneven is not None:
        warn_once(
            log,
            "diffusion.cadence: of every %d images that the video model generates, the %d nearest in "
            "time are shown, so that things move unevenly; with a cadence of %d or %d they move evenly",
            *(generated_steps(uneven, multiple), uneven, multiple // 2, multiple),
        )
    images = generated_steps(max(lengths, default=1), multiple) + 1
    if images > kind.most_images:
        warn_once(
            log,
            "diffusion.cadence: the video model is to generate %d images at a time, and is made for up to "
            "%d; expect repetitions and much memory, or set a lower cadence",
            *(images, kind.most_images),
        )
