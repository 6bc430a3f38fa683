"""The sound of a film made from a clip: it begins where the images do."""

from dataclasses import replace

from animator.core.confinement import named_path
from animator.core.urls import is_url
from animator.film.clip import ClipSpec
from animator.film.index import index_of
from animator.film.probe import frame_rate
from animator.film.remote import local_file
from animator.film.sound import Sound


def soundtrack(sound: Sound, skipped: int) -> Sound:
    """Returns a sound with `~` expanded in its source, which starts with the first image that a film uses.

    Args:
        sound: The sound.
        skipped: Frames at the beginning of its clip that the film leaves out.

    Raises:
        UserError: The clip cannot be read.
    """
    source = sound.source if is_url(sound.source) else str(named_path(sound.source))
    if not skipped:
        return replace(sound, source=source)
    times = index_of(local_file(source)).times
    return replace(sound, source=source, start=times[min(skipped, len(times) - 1)])


def speed_of_images(clip: ClipSpec, fps: float) -> float:
    """Returns how many times as fast as its sound a film shows a clip's images.

    Args:
        clip: The clip, a video file.
        fps: Frames per second of the film.

    Raises:
        UserError: The clip cannot be read, or has no rate.
    """
    return float(clip.every) if clip.timing == "clock" else fps / frame_rate(clip)
