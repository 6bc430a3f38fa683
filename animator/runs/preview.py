"""The preview of a film: its motion alone, on a test card, without a model."""

from dataclasses import replace
from pathlib import Path

import torch

from animator.core.log_collector import collecting
from animator.loop.build.pipeline import build_pipeline
from animator.loop.pipeline import Pipeline
from animator.models.diffusion.passthrough import PassthroughDiffuser
from animator.runs.downloads import with_downloads
from animator.runs.render_frames import Rendering, Report
from animator.runs.render_run import render_with
from animator.runs.run import Run
from animator.settings import Animation
from animator.settings.faces import FaceRestoration


def motion_only(pipeline: Pipeline) -> Pipeline:
    """Returns the pipeline without the steps before and after the diffusion."""
    return replace(pipeline, before=(), after=())


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
