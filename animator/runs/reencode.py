"""`animator encode`: other films of a run's finished frames."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from animator.errors import RunError, UserError
from animator.film.formats import format_of
from animator.film.stream import Stream
from animator.presets import raw
from animator.presets.plain import override
from animator.runs.outputs import Output, RunOutputs
from animator.runs.run import Run, changed_settings, recorded
from animator.settings import Animation
from animator.settings.validate import validate

FREE = ("name", "fps", "output", "sound", "upscaling", "frame_interpolation")
"""Settings that may differ from those the frames were drawn with."""


@dataclass(frozen=True)
class EncodeJob:
    """What is to be made of a run's frames.

    Attributes:
        rundir: The run's folder.
        overrides: `key=value` texts over its settings, of `FREE` alone.
        out: The film's file; None makes every film of the run where it belongs.
        device: Where images are computed.
    """

    rundir: Path
    overrides: tuple[str, ...] = ()
    out: Path | None = None
    device: str = "cpu"

    def settings(self) -> Animation:
        """The settings of the film.

        Raises:
            PresetError: An override is wrong.
            UserError: One would need other frames, or the file's suffix is unknown.
        """
        before = recorded(self.rundir)
        draft = raw.read(self.rundir / "preset.yaml")
        after = validate(*override(draft, (*self._suffix(), *self.overrides), "--set"))
        drawn = [line for line in changed_settings(before, after) if _group(line) not in FREE]
        if drawn:
            raise UserError(
                "these settings change the frames themselves; render the film with them instead:\n  "
                + "\n  ".join(drawn)
            )
        return after

    def _suffix(self) -> list[str]:
        """The format that the file's name asks for, with that format's usual codec."""
        if self.out is None:
            return []
        try:
            return format_overrides(format_of(self.out).name)
        except ValueError as error:
            raise UserError(f"{self.out}: {error}") from error


def format_overrides(name: str) -> list[str]:
    """The overrides that choose a format with its usual codec and quality, whatever was chosen before."""
    usual = ["codec=auto", "crf=null", "preset=''", "pixel_format=''", "encoder=auto"]
    return [f"output.format={name}", *(f"output.{setting}" for setting in usual)]


def encode_again(again: EncodeJob, report: Callable[[str, int, int], None]) -> list[Path]:
    """The paths of the films made of a run's finished frames.

    Args:
        again: What is to be made.
        report: Called with a film's name, the images so far, and all of them.

    Raises:
        RunError: The run has no frames, or one of them is broken.
        VideoError: ffmpeg failed.
    """
    settings = again.settings()
    with Run.take_up(again.rundir) as run:
        versions = RunOutputs(run, _finished(run), settings, again.device)
        if again.out is None:
            chosen: tuple[Output, ...] = (versions.plain, *versions.extras)
        else:
            chosen = (_finest_at(versions, again.out),)
        return [_made(run, version, report) for version in chosen]


def stream_again(
    again: EncodeJob, open_stream: Callable[[tuple[int, int], float | Fraction], Stream]
) -> None:
    """Writes the finest film of a run's finished frames into a stream; errors as `encode_again`."""
    settings = again.settings()
    with Run.take_up(again.rundir) as run:
        finest = RunOutputs(run, _finished(run), settings, again.device).best
        stream = open_stream(finest.film.size, finest.film.fps)
        for pixels in finest.images():
            stream.write(pixels)
        stream.close()


def _finest_at(versions: RunOutputs, path: Path) -> Output:
    """The finest film, at a path of its own."""
    finest = versions.best
    if finest is not versions.plain and _holds_frames(versions.run, path):
        raise UserError(f"{path}: holds the run's own frames, which stay as they are; name another folder")
    return replace(finest, film=replace(finest.film, path=path), keep=None)


def _made(run: Run, version: Output, report: Callable[[str, int, int], None]) -> Path:
    if _holds_frames(run, version.film.file):  # the film is the frames, which are there
        return version.film.file
    return version.make(lambda done: report(version.film.file.name, done, version.count))


def _holds_frames(run: Run, path: Path) -> bool:
    return path.resolve() == run.frames_folder.resolve()


def _finished(run: Run) -> int:
    frames = run.state().next_frame
    if frames == 0:
        raise RunError(f"{run.folder}: has no finished frame to make a film of; go on with animator resume")
    return frames


def _group(line: str) -> str:
    return line.partition(":")[0].partition(".")[0]
