"""Checks that the video files of a film, and their sound, can be made."""

from animator.runs.preflight.film import FilmToCheck


def check_outputs(film: FilmToCheck) -> None:
    """Checks encoders and sound."""
    if film.is_broken("output", "sound", "video", "fps"):
        return
    from animator.runs.outputs import check_films  # loads torch

    with film.problems.at("output"):
        check_films(film.animation)
