"""Paths of the files that a run makes from its frames."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from animator.film.spec import VideoSpec
from animator.runs.video_specs import film_path
from animator.settings import Animation


@dataclass(frozen=True)
class OutputPaths:
    """The paths of a run's videos, kept images and subtitles.

    Attributes:
        folder: The run folder.
        animation: The settings of the files.
    """

    folder: Path
    animation: Animation

    @property
    def plain(self) -> Path:
        """The video of the frames as they are."""
        return film_path(self.folder, self.animation)

    @property
    def best(self) -> Path:
        """The most processed video: interpolated, else upscaled, else the plain one."""
        suffix = self.interpolated_suffix or self.upscaled_suffix
        return self.beside(suffix) if suffix else self.plain

    @property
    def gif(self) -> Path | None:
        """The GIF besides the video; None where there is none."""
        settings = self.animation.output
        wanted = settings.make_gif and settings.format != "gif"
        return self.folder / f"{self.animation.name}.gif" if wanted else None

    @property
    def subtitles(self) -> Path | None:
        """The file of subtitles; None where there is none."""
        return self.folder / f"{self.animation.name}.srt" if self.animation.output.subtitles else None

    @property
    def upscaled_suffix(self) -> str:
        """The end of the name of the upscaled video; empty where there is none."""
        settings = self.animation.upscaling
        return f"_upscaled_x{settings.factor}" if settings.enabled else ""

    @property
    def interpolated_suffix(self) -> str:
        """The end of the name of the interpolated video; empty where there is none."""
        settings = self.animation.frame_interpolation
        slowdown = settings.slow_motion_amount if settings.slow_motion else 1
        slow = f"_slow_x{slowdown}" if slowdown > 1 else ""
        return "" if settings.engine == "none" else f"_interpolated_x{settings.amount}{slow}"

    def beside(self, suffix: str) -> Path:
        """Returns the path of a video beside the plain one, its name with a suffix."""
        if self.animation.output.film_format.is_sequence:
            return self.images(suffix)
        return self.plain.with_name(f"{self.plain.stem}{suffix}{self.plain.suffix}")

    def images(self, suffix: str) -> Path:
        """Returns a folder of images; a dot in a film's name must not pass for a file suffix."""
        return self.folder / f"{self.animation.name}{suffix}".replace(".", "_")

    def videos(self) -> Iterator[Path]:
        """Yields the path of every video but a sequence of the frames themselves."""
        if not self.animation.output.film_format.is_sequence:
            yield self.plain
        if self.gif is not None:
            yield self.gif
        yield from (
            self.beside(suffix) for suffix in (self.upscaled_suffix, self.interpolated_suffix) if suffix
        )

    def parts(self) -> Iterator[Path]:
        """Yields the path of every part file."""
        yield from (VideoSpec(path, self.animation.size, self.animation.fps).part for path in self.videos())

    def sidecars(self) -> Iterator[Path]:
        """Yields the path of every file besides the videos."""
        if self.subtitles is not None:
            yield self.subtitles
