"""The films of a run's finished frames: as they are, larger, smoother, as a GIF.

In the reference's order: images are made larger first; those made up between others come after, between the
larger ones only where that is asked for.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import torch

from animator.errors import UserError
from animator.film.formats import FORMATS
from animator.film.interpolation.base import FrameInterpolator, interpolate
from animator.film.interpolation.open_interpolator import open_inbetween
from animator.film.sound import Sound
from animator.film.soundtrack import soundtrack
from animator.film.spec import VideoSpec
from animator.film.upscaling.open_upscaler import open_upscaler
from animator.film.upscaling.upscaler import Upscaler, upscaled
from animator.film.writer import VideoWriter, check_film
from animator.images.image import Image8
from animator.loop.build.models import folders_of
from animator.presets.records import film_record
from animator.runs.run import Run, film_path
from animator.settings import Animation

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Output:
    """One film of a run's frames.

    Attributes:
        film: What the file is to be.
        count: How many images it has.
        images: Makes them, uint8 RGB (H, W, 3).
        keep: A folder for them as PNG files; None where they are not kept.
    """

    film: VideoSpec
    count: int
    images: Callable[[], Iterator[Image8]]
    keep: Path | None = None

    def make(self, report: Callable[[int], None]) -> Path:
        """The path of the film, made; `report` is called with the images so far.

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
    """All films of a run's frames.

    Attributes:
        run: The run.
        frames: How many of its frames.
        animation: The settings of the films; the run's own, or with others of `FREE`.
        device: Where images are computed.
    """

    run: Run
    frames: int
    animation: Animation
    device: torch.device | str = "cpu"

    @cached_property
    def plain(self) -> Output:
        """The frames as they are."""
        film = film_of(self.animation, film_path(self.run.folder, self.animation))
        return Output(film, self.frames, lambda: self.run.pixels(range(self.frames)))

    @cached_property
    def extras(self) -> tuple[Output, ...]:
        """Those beside the plain one, in the order in which they are made."""
        larger, smoother = self._larger, self._smoother
        return tuple(version for version in (self._gif, larger, smoother) if version is not None)

    @property
    def best(self) -> Output:
        """The one in which most was done."""
        return self._smoother or self._larger or self.plain

    @cached_property
    def _larger(self) -> Output | None:
        settings = self.animation.upscaling
        if not settings.enabled:
            return None
        factor = settings.factor
        width, height = self.plain.film.size
        name = f"_upscaled_x{factor}"
        film = replace(self._named(name), size=(width * factor, height * factor))
        keep = self._folder(name) if settings.keep_images else None
        return Output(film, self.frames, self._larger_images, keep)

    @cached_property
    def _smoother(self) -> Output | None:
        settings = self.animation.frame_interpolation
        if settings.engine == "none":
            return None
        base = self._larger if settings.use_upscaled and self._larger else self.plain
        amount, slower = settings.amount, settings.slow_motion_amount if settings.slow_motion else 1
        name = f"_interpolated_x{amount}" + (f"_slow_x{slower}" if slower > 1 else "")
        film = replace(self._named(name), size=base.film.size, fps=base.film.rate * amount / slower)
        film = replace(film, sound=None) if slower > 1 else film  # it would have to be stretched
        keep = self._folder(name) if settings.keep_images else None
        return Output(film, base.count * amount, lambda: self._smoother_images(base), keep)

    def _larger_images(self) -> Iterator[Image8]:
        return upscaled(self.plain.images(), upscaler_of(self.animation, self.device))

    def _smoother_images(self, base: Output) -> Iterator[Image8]:
        amount = self.animation.frame_interpolation.amount
        between = inbetween_of(self.animation, self.device)
        return interpolate(base.images(), between, amount, self.device)

    @property
    def _gif(self) -> Output | None:
        settings = self.animation.output
        if not settings.make_gif or settings.format == "gif":
            return None
        path = self.run.folder / f"{self.animation.name}.gif"
        return replace(self.plain, film=VideoSpec(path, self.plain.film.size, self.plain.film.rate))

    def _named(self, ending: str) -> VideoSpec:
        """The film beside the plain one whose name ends so."""
        if self.animation.output.film_format.is_sequence:
            return replace(self.plain.film, path=self._folder(ending))
        plain = self.plain.film.file
        return replace(self.plain.film, path=plain.with_name(f"{plain.stem}{ending}{plain.suffix}"))

    def _folder(self, ending: str) -> Path:
        """A folder of images; a dot in a film's name must not pass for a suffix."""
        return self.run.folder / f"{self.animation.name}{ending}".replace(".", "_")


def film_of(animation: Animation, path: Path) -> VideoSpec:
    """What the film of settings is to be, at a path."""
    encoding = animation.output.encoding
    return VideoSpec(
        path, animation.size, animation.fps, encoding, film_record(animation), sound_of(animation)
    )


def sound_of(animation: Animation) -> Sound | None:
    """What is heard with a film; None where it is silent.

    Raises:
        UserError: The clip whose sound is wanted is not named.
    """
    settings = animation.sound
    nameless = settings.add_soundtrack == "File" and not settings.soundtrack_path
    if nameless or settings.add_soundtrack == "none":
        return None
    clip = animation.video
    if settings.add_soundtrack == "Init Video":
        if not clip.path:
            raise UserError("sound.add_soundtrack: is Init Video, and video.path is empty; name the clip")
        source, skipped = clip.path, clip.extract_from_frame
    else:
        source, skipped = settings.soundtrack_path, 0
    asked = Sound(
        source, settings.offset, settings.fade_in, settings.fade_out, settings.length, settings.allow_url
    )
    return soundtrack(asked, skipped)


def upscaler_of(animation: Animation, device: torch.device | str) -> Upscaler:
    """What makes a film's images larger; errors as `open_upscaler`."""
    settings = animation.upscaling
    factor = settings.factor
    return open_upscaler(settings.model, factor, folders_of(animation), device)


def inbetween_of(animation: Animation, device: torch.device | str) -> FrameInterpolator:
    """What makes the images between a film's own; errors as `open_inbetween`."""
    settings = animation.frame_interpolation
    return open_inbetween(settings.engine, settings.model, device)


def check_films(animation: Animation, device: torch.device | str = "cpu") -> None:
    """Finds, before anything is drawn, whatever would keep a film's files from being made of its frames.

    Raises:
        UserError: An encoder, a sound or the weights of a network cannot be had.
    """
    film = film_of(animation, film_path(Path(), animation))
    if film.sound is not None and not film.format.audio:
        heard = " or ".join(made.name for made in FORMATS.values() if made.audio)
        log.warning("%s films hold no sound; set output.format to %s", film.format.name, heard)
    if not animation.output.film_format.is_sequence:
        check_film(film)
    if film.sound is not None and animation.frame_interpolation.slow_motion:
        log.warning("the slow film will be silent, for its sound would have to be stretched")
    if animation.upscaling.enabled:
        upscaler_of(animation, device)
    if animation.frame_interpolation.engine != "none":
        inbetween_of(animation, device)
