"""`animator encode`: encodes a run's finished frames again, in other formats."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from animator.errors import Resume, RunError, UserError
from animator.film.formats import format_of
from animator.film.image_sequence import check_images
from animator.film.spec import VideoSpec
from animator.film.stream import Stream
from animator.presets.ownership import check_target, input_files
from animator.presets.plain import override
from animator.runs.outputs import Output, RunOutputs
from animator.runs.run import Run
from animator.runs.run_reader import RunReader
from animator.runs.run_settings import changed_settings, recorded_draft, recorded_settings
from animator.runs.run_targets import check_outputs
from animator.settings import Animation
from animator.settings.validate import validate

ENCODE_SETTINGS = ("name", "fps", "output", "sound", "upscaling", "frame_interpolation")
"""Settings and groups that may differ from those the frames were rendered with."""


@dataclass(frozen=True)
class EncodeJob:
    """The request to encode a run's frames.

    Attributes:
        rundir: The run folder.
        overrides: `key=value` texts for its settings, of `ENCODE_SETTINGS` alone.
        out: The video file, or a folder for a PNG sequence; None makes every video of the run in its folder.
        device: Device on which images are computed.
        force: Replace a file at `out` that is not ours.
    """

    rundir: Path
    overrides: tuple[str, ...] = ()
    out: Path | None = None
    device: str = "cpu"
    force: bool = False

    def settings(self) -> Animation:
        """Returns the settings of the videos.

        Raises:
            PresetError: An override is wrong.
            UserError: An override would need other frames, or the file's suffix is unknown.
        """
        before = recorded_settings(self.rundir)
        draft = recorded_draft(self.rundir)
        after = validate(*override(draft, (*self._format_overrides(), *self.overrides), "override"))
        changed = changed_settings(before, after, ignored=ENCODE_SETTINGS)
        if changed:
            raise UserError(
                "these settings change the frames themselves; render the film with them instead:\n  "
                + "\n  ".join(changed)
            )
        return after

    def _format_overrides(self) -> list[str]:
        """Returns overrides for the format of the file's suffix, with that format's usual codec."""
        if self.out is None:
            return []
        try:
            return format_overrides(format_of(self.out).name)
        except ValueError as error:
            raise UserError(f"{self.out}: {error}") from error


def format_overrides(name: str) -> list[str]:
    """Returns overrides for a format with its usual codec and quality, whatever the preset chose."""
    usual = ["codec=auto", "crf=null", "preset=''", "pixel_format=''", "encoder=auto"]
    return [f"output.format={name}", *(f"output.{setting}" for setting in usual)]


def reencode(job: EncodeJob, report: Callable[[str, int, int], None]) -> list[Path]:
    """Encodes a run's finished frames and returns the paths of the videos.

    Args:
        job: The run, the file and its settings.
        report: Called with a video's name, the images so far, and their total.

    Raises:
        RunError: The run has no frames, or one of them is broken.
        VideoError: ffmpeg failed.
    """
    settings = job.settings()
    with _open(job) as run:
        _check_targets(job, run, settings)
        outputs = RunOutputs(run, _finished_frames(run), settings, job.device)
        if job.out is None:
            chosen: tuple[Output, ...] = (outputs.plain, *outputs.extras)
        else:
            chosen = (_best_at(outputs, job.out),)
        return [_make(run, output, report) for output in chosen]


def _check_targets(job: EncodeJob, run: RunReader, settings: Animation) -> None:
    """Checks that only files of ours are replaced, and no input."""
    inputs = input_files(settings)
    if job.out is None:
        check_outputs(job.rundir, settings, inputs)
        return
    if settings.output.film_format.is_sequence:
        if not _is_frames_folder(run, job.out):  # which nothing is written to
            check_images(job.out)
        return
    for path in (job.out, VideoSpec(job.out, settings.size, settings.fps).part):
        check_target(path, inputs, force=job.force)


def stream_frames(job: EncodeJob, open_stream: Callable[[tuple[int, int], float | Fraction], Stream]) -> None:
    """Writes the best video of a run's finished frames into a stream; errors as `reencode`."""
    settings = job.settings()
    run = RunReader.open(job.rundir)
    best = RunOutputs(run, _finished_frames(run), settings, job.device).best
    stream = open_stream(best.film.size, best.film.fps)
    for pixels in best.images():
        stream.write(pixels)
    stream.close()


def _open(job: EncodeJob) -> AbstractContextManager[RunReader]:
    """Opens a run: to read it, also while it is rendered; to write it where a file goes into its folder."""
    folder = job.rundir.resolve()
    if job.out is None or folder in job.out.resolve().parents:
        return Run.open(job.rundir)
    return nullcontext(RunReader.open(job.rundir))


def _best_at(outputs: RunOutputs, path: Path) -> Output:
    """Returns the best video, to be made at another path."""
    best = outputs.best
    if best is not outputs.plain and _is_frames_folder(outputs.run, path):
        raise UserError(
            f"{path}: holds the run's own frames, which are left as they are; name another folder"
        )
    return replace(best, film=replace(best.film, path=path), keep=None)


def _make(run: RunReader, output: Output, report: Callable[[str, int, int], None]) -> Path:
    if _is_frames_folder(run, output.film.file):  # a PNG sequence, which is there already
        return output.film.file
    return output.make(lambda done: report(output.film.file.name, done, output.count))


def _is_frames_folder(run: RunReader, path: Path) -> bool:
    return path.resolve() == run.frames_folder.resolve()


def _finished_frames(run: RunReader) -> int:
    frames = run.frames_done
    if frames == 0:
        raise RunError(f"{run.folder}: has no finished frame to encode", Resume(run.folder))
    run.check_frames(frames)
    return frames
