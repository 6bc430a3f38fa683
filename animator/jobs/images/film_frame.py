"""Generates one frame of a film, without those before it."""

import secrets
import tempfile
import time
from pathlib import Path

import torch

from animator.errors import UserError
from animator.images.image import png_of
from animator.jobs.images.generation import ImageReports
from animator.jobs.images.messages import ImageProgress
from animator.jobs.images.signals import EarlyEnd
from animator.jobs.images.work import FilmFrame, MadeImage
from animator.jobs.request import JobRequest
from animator.jobs.settings import film_of
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import Frame, render
from animator.loop.state import State
from animator.models.diffusion.step_hook import before_steps
from animator.runs.downloads import with_downloads
from animator.runs.model_cache import DiffuserCache
from animator.runs.run_settings import with_seed
from animator.runs.stop_token import Stopped
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from schedules.seeds import MAX_SEED


def make_film_frame(
    work: FilmFrame, device: torch.device, models: DiffuserCache, end: EarlyEnd, reports: ImageReports
) -> None:
    """Generates a frame of a film as if the film began there; frame 0 is that of the film, bit for bit.

    An in-between is the image generated for its group, moved as far as the film moves it. Nothing is made
    where an end is asked for before.

    Args:
        work: The film and the frame.
        device: Device of images and models.
        models: The models that are open.
        end: Ends it between two steps.
        reports: Where reports go.

    Raises:
        PresetError: With every problem of the film.
        UserError: The film has no such frame.
        AnimatorError: The generation failed.
    """
    film = film_of(JobRequest(preset=work.preset))
    if not 0 <= work.frame < film.frames:
        raise UserError(
            f"frame {work.frame}: is not in the film, which has {film.frames} frames; expected one from 0 to "
            f"{film.frames - 1}"
        )
    if film.diffusion.seed == -1:
        film = with_seed(film, secrets.randbelow(MAX_SEED + 1))
    began = time.monotonic()

    def watch(step: int, steps: int) -> None:
        if end.is_interrupted:
            raise Stopped
        share = step / steps
        reports.advanced(ImageProgress(0, 1, step, steps, share, time.monotonic() - began))

    with tempfile.TemporaryDirectory() as folder, before_steps(watch):
        try:
            frame = _frame_of(with_downloads(film, Path(folder)), work.frame, device, models)
        except Stopped:
            return
    reports.made(MadeImage(png_of(frame.pixels), frame.plan.seed))


def _frame_of(film: Animation, wanted: int, device: torch.device, models: DiffuserCache) -> Frame:
    """Returns a frame of a film that begins with the group of in-betweens of that frame."""
    timeline = Timeline(film)
    start = max(frame for frame in timeline.generated_frames.tolist() if frame <= wanted)
    frames = render(timeline, build_pipeline(film, models(film, device), device), State(start))
    return next(frame for frame in frames if frame.plan.frame == wanted)
