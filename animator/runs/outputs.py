"""The video files of a run's finished frames: plain, upscaled, interpolated, as a GIF.

In Deforum's order: frames are upscaled first and interpolated after that, and interpolation uses the upscaled
frames only where the settings ask for it.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import torch

from animator.errors import UserError
from animator.film.interpolation.base import FrameInterpolator, interpolate
from animator.film.interpolation.open_interpolator import check_interpolator, open_interpolator
from animator.film.output_problems import OutputProblem, output_problems
from animator.film.sound import Sound
from animator.film.soundtrack import soundtrack, speed_of_images
from animator.film.spec import VideoSpec
from animator.film.upscaling.open_upscaler import check_upscaler, open_upscaler
from animator.film.upscaling.upscaler import Upscaler, upscale
from animator.film.writer import VideoWriter
from animator.images.image import Image8
from animator.loop.build.models import folders_of
from animator.presets.records import film_record
from animator.runs.output_paths import OutputPaths
from animator.runs.progress import Phase
from animator.runs.run import Run, film_path
from animator.settings import Animation
from animator.timeline.timeline import Timeline

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Output:
    """One video file of a run's frames.

    Attributes:
        film: Path, size, rate and encoding of the file.
        count: Number of its images.
        images: Computes them, uint8 RGB (H, W, 3).
        keep: Folder to keep them in as PNG files; None keeps none.
        phase: What is done to make it.
    """

    film: VideoSpec
    count: int
    images: Callable[[], Iterator[Image8]]
    keep: Path | None = None
    phase: Phase = Phase.ENCODING

    def make(self, report: Callable[[int], None]) -> Path:
        """Makes the file and returns its path; `report` is called with the number of images so far.

        Raises:
            VideoError: ffmpeg failed.
        """
        films = [self.film]
        if self.keep is not None and self.keep != self.film.file:
            films.append(VideoSpec(self.keep, self.film.size, self.film.fps))
        with ExitStack() as stack:
            writers = [stack.enter_context(VideoWriter(film)) for film in films]
            for done, pixels in enumerate(self.images(), 1):
                for writer in writers:
                    writer.write(pixels)
                report(done)
        return self.film.file


@dataclass(frozen=True)
class RunOutputs:
    """All video files of a run's frames.

    Attributes:
        run: The run.
        frames: Number of its frames to use.
        animation: The settings of the files; the run's own, or with other `ENCODE_SETTINGS`.
        device: Device on which images are computed.
    """

    run: Run
    frames: int
    animation: Animation
    device: torch.device | str = "cpu"

    @cached_property
    def plain(self) -> Output:
        """The frames as they are."""
        film = video_spec(self.animation, self._paths.plain)
        return Output(film, self.frames, lambda: self.run.pixels(range(self.frames)))

    @cached_property
    def extras(self) -> tuple[Output, ...]:
        """The files besides the plain one, in the order in which they are made."""
        outputs = (self._gif, self._upscaled, self._interpolated)
        return tuple(output for output in outputs if output is not None)

    @property
    def best(self) -> Output:
        """The most processed file: interpolated, else upscaled, else plain."""
        return self._interpolated or self._upscaled or self.plain

    @cached_property
    def _upscaled(self) -> Output | None:
        settings = self.animation.upscaling
        if not settings.enabled:
            return None
        factor = settings.factor
        width, height = self.plain.film.size
        suffix = self._paths.upscaled_suffix
        film = replace(self._spec_beside(suffix), size=(width * factor, height * factor))
        keep = self._paths.images(suffix) if settings.keep_images else None
        return Output(film, self.frames, self._upscaled_images, keep, Phase.ENLARGING)

    @cached_property
    def _interpolated(self) -> Output | None:
        settings = self.animation.frame_interpolation
        if settings.engine == "none":
            return None
        base = self._upscaled if settings.use_upscaled and self._upscaled else self.plain
        amount, slowdown = settings.amount, settings.slow_motion_amount if settings.slow_motion else 1
        suffix = self._paths.interpolated_suffix
        film = replace(self._spec_beside(suffix), size=base.film.size, fps=base.film.rate * amount / slowdown)
        film = replace(film, sound=None) if slowdown > 1 else film  # it would have to be stretched
        keep = self._paths.images(suffix) if settings.keep_images else None
        images = partial(self._interpolated_images, base)
        return Output(film, base.count * amount, images, keep, Phase.INTERPOLATING)

    def _upscaled_images(self) -> Iterator[Image8]:
        return upscale(self.plain.images(), upscaler_of(self.animation, self.device))

    def _interpolated_images(self, base: Output) -> Iterator[Image8]:
        amount = self.animation.frame_interpolation.amount
        interpolator = interpolator_of(self.animation, self.device)
        scenes = {plan.frame for plan in Timeline(self.animation) if plan.cut}
        return interpolate(base.images(), interpolator, amount, self.device, scenes)

    @property
    def _gif(self) -> Output | None:
        path = self._paths.gif
        if path is None:
            return None
        return replace(self.plain, film=VideoSpec(path, self.plain.film.size, self.plain.film.rate))

    def _spec_beside(self, suffix: str) -> VideoSpec:
        return replace(self.plain.film, path=self._paths.beside(suffix))

    @property
    def _paths(self) -> OutputPaths:
        return OutputPaths(self.run.folder, self.animation)


def video_spec(animation: Animation, path: Path) -> VideoSpec:
    """Returns path, size, rate, encoding and sound of a film's video file."""
    encoding = animation.output.encoding
    return VideoSpec(
        path, animation.size, animation.fps, encoding, film_record(animation), sound_of(animation)
    )


def sound_of(animation: Animation) -> Sound | None:
    """Returns the sound of a film; None where it is silent.

    Raises:
        UserError: The clip whose sound is wanted is not named.
    """
    settings = animation.sound
    is_unnamed = settings.add_soundtrack == "File" and not settings.soundtrack_path
    if is_unnamed or settings.add_soundtrack == "none":
        return None
    clip = animation.video
    if settings.add_soundtrack == "Init Video":
        if not clip.path:
            raise UserError("sound.add_soundtrack: is Init Video, and video.path is empty; name the clip")
        source, skipped = clip.path, clip.extract_from_frame
    else:
        source, skipped = settings.soundtrack_path, 0
    sound = Sound(
        source,
        settings.offset,
        settings.fade_in,
        settings.fade_out,
        settings.length,
        settings.allow_url,
        conceal=settings.damaged == "conceal",
    )
    return soundtrack(sound, skipped)


def upscaler_of(animation: Animation, device: torch.device | str) -> Upscaler:
    """Opens the upscaler of a film; errors as `open_upscaler`."""
    settings = animation.upscaling
    factor = settings.factor
    return open_upscaler(settings.model, factor, folders_of(animation), device)


def interpolator_of(animation: Animation, device: torch.device | str) -> FrameInterpolator:
    """Opens the frame interpolator of a film; errors as `open_interpolator`."""
    settings = animation.frame_interpolation
    return open_interpolator(settings.engine, settings.model, device)


def film_problems(animation: Animation) -> tuple[OutputProblem, ...]:
    """Returns the problems of all video files of a film, and of its sound, without opening a model."""
    try:
        film = video_spec(animation, film_path(Path(), animation))
        speed = _speed_of_images(animation)
    except UserError as error:
        return (OutputProblem("sound.soundtrack_path", str(error)),)
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
    return tuple(dict.fromkeys(problems))


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


def check_films(animation: Animation, device: torch.device | str | None = None) -> None:
    """Checks, before the first frame is rendered, that a film's video files can be made.

    Args:
        animation: The film.
        device: Device on which its networks are opened once, to find broken ones; None opens none.

    Raises:
        UserError: An encoder, a sound file or the weights of a network are missing, or not permitted.
    """
    problems = film_problems(animation)
    errors = [problem.message for problem in problems if problem.severity == "error"]
    if errors:
        raise UserError("\n".join(errors))
    for problem in problems:
        log.warning("%s: %s", problem.setting, problem.message)
    _check_networks(animation, device)


def _check_networks(animation: Animation, device: torch.device | str | None) -> None:
    upscaling, interpolation = animation.upscaling, animation.frame_interpolation
    if upscaling.enabled and device is None:
        check_upscaler(upscaling.model, folders_of(animation))
    elif upscaling.enabled and device is not None:
        upscaler_of(animation, device)
    if interpolation.engine != "none" and device is None:
        check_interpolator(interpolation.engine, interpolation.model)
    elif interpolation.engine != "none" and device is not None:
        interpolator_of(animation, device)
