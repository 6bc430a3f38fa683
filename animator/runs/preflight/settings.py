"""Checks settings that only fit together or not once the whole film is known."""

import numpy as np

from animator.runs.preflight.film import FilmToCheck
from animator.settings.modes import mode_of


def check_camera(film: FilmToCheck) -> None:
    """Checks the range of distances of a pinhole camera at every frame."""
    animation = film.animation
    camera = animation.camera
    if mode_of(animation).motion != "space" or camera.projection != "pinhole" or film.is_broken("frames"):
        return
    near, far = (camera.schedule(name).values(animation.scope) for name in ("near", "far"))
    wrong = np.flatnonzero(~((near > 0.0) & (near < far)))
    if wrong.size:
        frame = int(wrong[0])
        film.problems.add(
            "camera.near",
            f"frame {frame}: is {near[frame]:g}, and camera.far {far[frame]:g}; expected 0 < near < far",
        )


def check_sound_source(film: FilmToCheck) -> None:
    """Checks that the clip is named whose sound the film is to have."""
    if film.animation.sound.add_soundtrack == "Init Video" and not film.animation.video.path:
        film.problems.add("sound.add_soundtrack", "is Init Video, and video.path is empty; name the clip")
