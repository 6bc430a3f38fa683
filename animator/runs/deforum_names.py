"""The names that Deforum gives to the files of a film."""

from collections.abc import Iterator
from pathlib import Path

from animator.runs.output_paths import OutputPaths
from animator.settings import Animation


def frame_name(timestring: str, frame: int) -> str:
    """Returns Deforum's name of a frame's image."""
    return f"{timestring}_{frame:09d}.png"


def settings_name(timestring: str) -> str:
    """Returns Deforum's name of a film's settings file."""
    return f"{timestring}_settings.txt"


def output_names(folder: Path, animation: Animation, timestring: str) -> Iterator[tuple[Path, str]]:
    """Yields each file that a run makes from its frames, with Deforum's name for it.

    Args:
        folder: The run folder.
        animation: The settings of the film.
        timestring: When it began, as Deforum writes it.
    """
    paths = OutputPaths(folder, animation)
    if not animation.output.film_format.is_sequence:
        endings = {"": "", paths.upscaled_suffix: _upscaled(animation)}
        endings[paths.interpolated_suffix] = _interpolated(animation)
        for suffix, ending in {**endings, "": ""}.items():
            source = paths.beside(suffix)
            yield source, f"{timestring}{ending}{source.suffix}"
    if paths.gif is not None:
        yield paths.gif, f"{timestring}.gif"
    if paths.subtitles is not None:
        yield paths.subtitles, f"{timestring}.srt"


def _upscaled(animation: Animation) -> str:
    return f"_Upscaled_x{animation.upscaling.factor}"


def _interpolated(animation: Animation) -> str:
    settings = animation.frame_interpolation
    engine = settings.engine.replace(" v", "").replace(".", "")
    slow = f"_slomo_x{settings.slow_motion_amount}" if settings.slow_motion else ""
    source = "_upscaled" if settings.use_upscaled and animation.upscaling.enabled else ""
    return f"_{engine}_x{settings.amount}{slow}{source}"
