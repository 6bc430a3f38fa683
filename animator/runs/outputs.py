"""The video files of a run's finished frames: plain, upscaled, interpolated, as a GIF.

In Deforum's order: frames are upscaled first and interpolated after that, and interpolation uses the upscaled
frames only where the settings ask for it.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import torch

from animator.film.interpolation.base import FrameInterpolator, interpolate
from animator.film.interpolation.open_interpolator import open_interpolator
from animator.film.spec import VideoSpec
from animator.film.upscaling.open_upscaler import open_upscaler
from animator.film.upscaling.upscaler import Upscaler, upscale
from animator.film.writer import VideoWriter
from animator.images.image import Image8
from animator.loop.build.models import folders_of
from animator.runs.output_paths import OutputPaths
from animator.runs.progress import Phase
from animator.runs.run_reader import RunReader
from animator.runs.video_specs import video_spec
from animator.settings import Animation
from animator.timeline.timeline import Timeline


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

    run: RunReader
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


def upscaler_of(animation: Animation, device: torch.device | str) -> Upscaler:
    """Opens the upscaler of a film; errors as `open_upscaler`."""
    settings = animation.upscaling
    factor = settings.factor
    return open_upscaler(settings.model, factor, folders_of(animation), device)


def interpolator_of(animation: Animation, device: torch.device | str) -> FrameInterpolator:
    """Opens the frame interpolator of a film; errors as `open_interpolator`."""
    settings = animation.frame_interpolation
    return open_interpolator(settings.engine, settings.model, device, folders_of(animation))


def try_networks(animation: Animation, device: torch.device | str) -> None:
    """Opens the networks that make further videos once, so that a broken one is found before any frame.

    Args:
        animation: The film.
        device: Device on which they are opened.

    Raises:
        ModelError: One cannot be opened.
    """
    if animation.upscaling.enabled:
        upscaler_of(animation, device)
    if animation.frame_interpolation.engine != "none":
        interpolator_of(animation, device)
