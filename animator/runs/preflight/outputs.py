"""Checks that the video files of a film, and their sound, can be made."""

import logging

from animator.core.urls import is_url
from animator.errors import UserError
from animator.film.remote import check_remote
from animator.runs.preflight.film import FilmToCheck
from animator.runs.video_specs import film_problems

log = logging.getLogger(__name__)


def check_outputs(film: FilmToCheck) -> None:
    """Checks encoders and sound, and logs warnings about them."""
    if film.is_broken("output", "sound", "signals", "video", "fps", "frames", "size"):
        return
    if film.animation.sound.add_soundtrack == "Init Video" and not film.animation.video.path:
        return  # reported by `check_sound_source`
    source = film.animation.sound.soundtrack_path
    if film.animation.sound.add_soundtrack == "File" and is_url(source):
        try:
            check_remote(source)
        except UserError as error:
            with film.problems.at("sound.soundtrack_path"):
                raise error
            return
    for problem in film_problems(film.animation):
        if problem.severity == "error":
            film.problems.add(problem.setting, problem.message)
        else:
            log.warning("%s: %s", problem.setting, problem.message)
