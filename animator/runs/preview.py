"""The preview of a film: its motion alone, on a test card, without a model."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import torch

from animator.core.log_collector import collecting
from animator.film.spec import VideoSpec
from animator.film.writer import VideoWriter
from animator.loop.build.pipeline import build_pipeline
from animator.loop.pipeline import Pipeline
from animator.loop.render import render
from animator.models.diffusion.passthrough import PassthroughDiffuser
from animator.runs.downloads import with_downloads
from animator.runs.progress import Progress
from animator.runs.render_frames import Rendering, Report
from animator.runs.render_run import render_with
from animator.runs.run import Run
from animator.runs.stop_token import Stopped, StopToken
from animator.settings import Animation
from animator.settings.faces import FaceRestoration
from animator.timeline.timeline import Timeline

SETTINGS: Mapping[str, str | int | bool] = {
    "diffusion.strength": 1,
    "model": "starter",
    "face_restoration.enabled": False,
}
"""Settings of a previewed film: the moved image stays as it is, no model file is needed, and a test card has
no faces."""


def motion_only(pipeline: Pipeline) -> Pipeline:
    """Returns the pipeline without the steps before and after the diffusion, and on its output."""
    return replace(pipeline, before=(), after=(), output=())


def preview_pipeline(animation: Animation) -> Pipeline:
    """Returns the pipeline of a film's preview, on the CPU."""
    without_faces = animation.model_copy(update={"face_restoration": FaceRestoration()})
    return motion_only(build_pipeline(without_faces, PassthroughDiffuser()))


def preview(run: Run, report: Report) -> Path:
    """Renders a run's preview and returns the path of its video.

    Args:
        run: The open run folder.
        report: Called after every frame on disk.

    Raises:
        AnimatorError: Something failed; the frames so far are complete.
    """
    pipeline = preview_pipeline(with_downloads(run.animation, run.downloads))
    with collecting() as collected:
        run.log.take(collected)
        render_with(run, pipeline, Rendering(torch.device("cpu"), report, watches_drift=False))
    return run.film_path


def preview_video(animation: Animation, path: Path, report: Report, stop: StopToken, limit_s: float) -> int:
    """Writes the video of a film's preview without a run folder, and returns its number of frames.

    Args:
        animation: The film, with `SETTINGS`.
        path: The video; beside it come the images that the film names by URL.
        report: Called after every frame.
        stop: Ends the video before the next frame; without a frame there is no video.
        limit_s: Ends it after this time, in seconds.

    Raises:
        AnimatorError: Something failed; there is no video.
    """
    started, frames = time.monotonic(), 0
    film = with_downloads(animation, path.parent)
    pipeline, timeline = preview_pipeline(film), Timeline(film)
    with suppress(Stopped), VideoWriter(VideoSpec(path, film.size, film.fps)) as writer:
        for frame in render(timeline, pipeline):
            if stop.is_set and not frames:
                raise Stopped
            if stop.is_set:
                break
            writer.write(frame.pixels)
            frames, seconds = frame.plan.frame + 1, time.monotonic() - started
            report(Progress(frames, film.frames, seconds, frames))
            if seconds > limit_s:
                break
    return frames
