"""The video files of a film before they are made: paths, encodings, sound, and what is wrong with them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from animator.errors import UserError
from animator.film.output_problems import SOUNDTRACK, OutputProblem, output_problems
from animator.film.sound import Sound
from animator.film.soundtrack import speed_of_images
from animator.film.spec import VideoSpec
from animator.presets.film_record import film_record
from animator.runs.run_folder import FRAMES
from animator.settings import Animation
from animator.settings.signals.soundtrack import film_sound, soundtrack_setting


def film_path(folder: Path, animation: Animation) -> Path:
    """Returns the path of a run's video; a sequence of PNG files is the folder of the frames."""
    film_format = animation.output.film_format
    return folder / FRAMES if film_format.is_sequence else folder / f"{animation.name}.{film_format.name}"


def video_spec(animation: Animation, path: Path) -> VideoSpec:
    """Returns path, size, rate, encoding, record and sound of a film's video file."""
    return replace(_without_record(animation, path), comment=film_record(animation))


def _without_record(animation: Animation, path: Path) -> VideoSpec:
    return VideoSpec(
        path, animation.size, animation.fps, animation.output.encoding, sound=sound_of(animation)
    )


def sound_of(animation: Animation) -> Sound | None:
    """Returns the sound of a film; None where it is silent.

    Raises:
        UserError: The clip whose sound is wanted is not named.
    """
    return film_sound(animation.sound, animation.video, animation.signals)


def film_problems(animation: Animation) -> tuple[OutputProblem, ...]:
    """Returns the problems of all video files of a film, and of its sound, without opening a model."""
    try:
        film = _without_record(animation, film_path(Path(), animation))
        speed = _speed_of_images(animation)
    except UserError as error:
        return (OutputProblem(SOUNDTRACK, str(error)),)
    problems = [*output_problems(film, animation.frames)] if not film.format.is_sequence or film.sound else []
    for other, frames in _other_films(animation, replace(film, sound=None)):
        problems += output_problems(other, frames)
    drift = abs(1.0 - 1.0 / speed) * animation.frames
    if drift > 1.0:
        problems.append(
            OutputProblem(
                "sound.add_soundtrack",
                f"the film shows the clip at {speed:.3g} times its speed, and the sound keeps its own: they "
                "are out of step after the beginning; set fps to the clip's rate divided by "
                "video.extract_nth_frame, or video.timing to clock with video.extract_nth_frame 1",
                "warning",
            )
        )
    if film.sound is not None and animation.frame_interpolation.slow_motion:
        silent = "the slow-motion video will be silent, because its sound would have to be stretched"
        problems.append(OutputProblem("frame_interpolation.slow_motion", silent, "warning"))
    named = soundtrack_setting(animation.sound, animation.signals)
    return tuple(
        replace(problem, setting=named) if problem.setting == SOUNDTRACK else problem
        for problem in dict.fromkeys(problems)
    )


def _speed_of_images(animation: Animation) -> float:
    """Returns how many times as fast as its own sound a clip is shown; 1 for other sounds."""
    is_own = animation.sound.add_soundtrack == "Init Video"
    return speed_of_images(animation.video.spec, animation.fps) if is_own else 1.0


def _other_films(animation: Animation, plain: VideoSpec) -> Iterator[tuple[VideoSpec, int]]:
    """Yields the video files besides the plain one, with their numbers of images."""
    frames, (width, height) = animation.frames, plain.size
    if animation.output.make_gif and plain.format.name != "gif":
        yield VideoSpec("film.gif", plain.size, plain.rate), frames
    upscaling, between = animation.upscaling, animation.frame_interpolation
    large = replace(plain, size=(width * upscaling.factor, height * upscaling.factor))
    if upscaling.enabled:
        yield large, frames
    if between.engine != "none":
        base = large if upscaling.enabled and between.use_upscaled else plain
        slowdown = between.slow_motion_amount if between.slow_motion else 1
        yield replace(base, fps=base.rate * between.amount / slowdown), frames * between.amount
