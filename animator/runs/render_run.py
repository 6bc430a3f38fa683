"""`render_run`: renders a film from its settings to the finished video file."""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import torch

from animator.core.log_collector import LogCollector, collecting
from animator.errors import UserError
from animator.loop.build.pipeline import build_pipeline
from animator.loop.pipeline import Pipeline
from animator.models.device import choose_device, compute_threads
from animator.models.diffusion.checkpoints.model_info import short_hash
from animator.models.diffusion.request import Diffuser
from animator.runs.downloads import with_downloads
from animator.runs.finalize import make_extra_films, record_end, record_start, write_subtitles
from animator.runs.model_cache import DiffuserCache
from animator.runs.open_model import SessionOptions
from animator.runs.outputs import try_networks
from animator.runs.preflight.check_film import check_animation, check_run
from animator.runs.preflight.film import CheckOptions
from animator.runs.progress import Phase
from animator.runs.render_frames import Rendered, Rendering, Report, no_report, render_frames
from animator.runs.resume_check import compare_session, recorded_precision, recorded_threads
from animator.runs.rewind import check_rewind, state_at
from animator.runs.run import Run, is_run
from animator.runs.run_lock import wait_for_writer
from animator.runs.run_settings import with_precision, with_seed, with_seed_of
from animator.runs.run_targets import check_new_run, check_run_targets
from animator.runs.sink import OpenSink, film_sink
from animator.runs.stop_token import Stopped, StopToken, stopped_by
from animator.runs.tee_sink import tee
from animator.settings import Animation
from animator.timeline.vocabulary import vocabulary_warnings
from schedules.seeds import MAX_SEED

log = logging.getLogger(__name__)
RENDERS = Path("renders")


@dataclass(frozen=True)
class RenderResult:
    """The files that `render_run` made.

    Attributes:
        film: The video; the path it will have, if `stopped`.
        extra_films: The videos besides it: upscaled, interpolated, as a GIF.
        frames: Finished frames of the run.
        stopped: True where the stop token ended it early; render again with `resume` to finish it.
        warnings: What was logged for this run, each message once; the run's log has it, too.
    """

    film: Path
    extra_films: tuple[Path, ...]
    frames: int
    stopped: bool
    warnings: tuple[str, ...] = ()


def render_run(  # noqa: PLR0913 (the entry point; all but the film have defaults)
    film: Animation | Run,
    out: str | Path | None = None,
    *,
    diffuser: Diffuser | None = None,
    device: torch.device | str = "auto",
    resume: bool = False,
    accept_changed_inputs: bool = False,
    progress: Report | None = None,
    stop: StopToken | None = None,
    end: int | None = None,
    sink: OpenSink = film_sink,
    sinks: Sequence[OpenSink] = (),
) -> RenderResult:
    """Renders a film into its run folder: frames, video, subtitles, and the extra videos of its settings.

    Args:
        film: The settings, such as `load` returns; or an open run, which is resumed.
        out: The run folder; None makes renders/<name>/<stamp>. Not for an open run, which has its folder.
        diffuser: The diffusion model; None opens the one that the settings name.
        device: Device of images and models: "auto", "cpu", "cuda", "mps" or a torch device.
        resume: Resume the run in `out`, or the newest one of this name; starts one where there is none.
        accept_changed_inputs: Resume also where files that the film reads have changed since.
        progress: Called when rendering starts, after every frame on disk, and while extra videos are made.
        stop: Stops between frames, or steps of the diffusion; the run can be resumed.
        end: Stop before this frame; None renders the whole film.
        sink: Opens the sink of the frames besides the run folder; by default the video file.
        sinks: Open further sinks, called with the run and its number of finished frames. One that fails is
            dropped with a warning; one that is slow slows the film.

    Raises:
        RunError: The folder holds another run, or none that can be resumed.
        ModelError: The model is missing or broken.
        AnimatorError: Something failed; the frames so far are complete and the run can be resumed.
    """
    torch_device = choose_device(device)
    options = SessionOptions(diffuser, accept_changed_inputs=accept_changed_inputs)
    rendering = Rendering(torch_device, progress or no_report, stop or StopToken(), end, tee(sink, sinks))
    checks = CheckOptions(opens_model=diffuser is None)
    if isinstance(film, Run):
        if out is not None:
            raise UserError(
                f"out: {out} is given, but the run is already open in {film.folder}; leave out one of them"
            )
        if diffuser is None and not rendering.stop.is_set:  # else the caller has checked the film
            check_run(film.folder, checks)
        return resume_run(film, options, rendering)
    with collecting():
        film = check_animation(film, checks)
        try_networks(film, torch_device)
        for warning in () if diffuser else vocabulary_warnings(film):
            log.warning("%s", warning)
        with open_run(film, out, resume=resume) as run:
            return resume_run(run, options, rendering)


def render_with(run: Run, pipeline: Pipeline, rendering: Rendering) -> Rendered:
    """Renders a run's frames, video and subtitles with a given pipeline.

    Args:
        run: The open run folder.
        pipeline: The filled slots; its images are on the rendering's device.
        rendering: Device, progress, and where to stop.

    Raises:
        AnimatorError: As for `render_run`.
    """
    state = run.state(rendering.device)
    run.warn_if_low_on_space(run.animation.frames - state.next_frame)
    run.hash_models_with(partial(short_hash, pipeline.diffuser))
    record_start(run, pipeline.diffuser, rendering)
    rendered = render_frames(run, pipeline, state, rendering)
    record_end(run, pipeline.diffuser, rendering, rendered, state.next_frame)
    if not rendered.stopped:
        write_subtitles(run)
    return rendered


def open_run(animation: Animation, out: str | Path | None, *, resume: bool, wait_s: float = 0.0) -> Run:
    """Opens the run folder of a film: a new one, or with `resume` the one to resume.

    Args:
        animation: The film.
        out: The folder itself; None makes or finds renders/<name>/<stamp>.
        resume: Resume the run in `out`, or the newest one of this name; where no frame is finished yet, start
            a new run, so that one command can be repeated until the film is done.
        wait_s: Longest wait for another process to release the folder, in seconds.

    Raises:
        RunError: See `Run.create` and `Run.reopen`.
    """
    runs = RENDERS / animation.name
    folder = _newest(runs) if out is None else Path(out)
    if folder is not None:
        wait_for_writer(folder, wait_s)
    if resume and folder is not None and is_run(folder):
        return Run.reopen(folder, animation)
    if animation.diffusion.seed == -1:
        animation = with_seed(animation, secrets.randbelow(MAX_SEED + 1))
    if out is not None and not is_run(Path(out)):
        check_new_run(Path(out), animation)
    stamped = runs / datetime.now().strftime("%Y%m%d-%H%M%S")
    return Run.create(stamped if out is None else out, animation)


def resume_run(run: Run, options: SessionOptions, rendering: Rendering) -> RenderResult:
    """Renders an open run from where it stopped to the end; errors as `render_run`."""
    if rendering.stop.is_set:  # saves loading a model
        return RenderResult(run.film_path, (), run.state().next_frame, stopped=True)
    first = run.state().next_frame
    threads = options.threads or (recorded_threads(run.folder) if first else None)
    with collecting() as collected, compute_threads(threads):
        changes = compare_session(run.folder, run.animation, first, rendering.device)
        changes.check(run.folder, accept=options.accept_changed_inputs)
        check_run_targets(run, run.animation, first)
        rendering.enter(Phase.LOADING)
        film = with_precision(
            run.animation, recorded_precision(run.folder, rendering.device) if first else None
        )
        model = options.open(film, rendering.device)
        pipeline = build_pipeline(with_downloads(run.animation, run.downloads), model, rendering.device)
        return _render_to_end(run, pipeline, replace(rendering, facts=changes.facts), collected)


def render_again(
    run: Run, frame: int, animation: Animation, options: SessionOptions, rendering: Rendering
) -> RenderResult:
    """Renders an open run again from a frame on, with other settings.

    The run stays as it is until everything is checked, every model is open and the state is computed.

    Args:
        run: The open run.
        frame: The first frame to render again.
        animation: The settings to render on with.
        options: How models are opened.
        rendering: Device, progress, and where to stop.

    Raises:
        RunError: See `check_rewind`.
        AnimatorError: As for `render_run`.
    """
    animation = with_seed_of(run.animation, animation)
    start = check_rewind(run, frame, animation)
    device = rendering.device
    threads = options.threads or (recorded_threads(run.folder) if start else None)
    with collecting() as collected, compute_threads(threads):
        changes = compare_session(run.folder, animation, start, device)
        changes.check(run.folder, accept=True)
        check_run_targets(run, animation, start)
        rendering.enter(Phase.LOADING)
        precision = recorded_precision(run.folder, device) if start else None

        def model_of(film: Animation) -> Diffuser:
            return models(with_precision(film, precision), device)

        models = DiffuserCache(options.open)
        try:
            with stopped_by(rendering.stop):
                state = state_at(run, start, device, lambda: model_of(run.animation))
        except Stopped:
            return RenderResult(run.film_path, (), start, stopped=True)
        pipeline = build_pipeline(with_downloads(animation, run.downloads), model_of(animation), device)
        run.rewind(state, animation)
        return _render_to_end(run, pipeline, replace(rendering, facts=changes.facts), collected)


def _render_to_end(
    run: Run, pipeline: Pipeline, rendering: Rendering, collected: LogCollector
) -> RenderResult:
    run.log.take(collected)
    rendered = render_with(run, pipeline, rendering)
    extra, complete = ((), False) if rendered.stopped else make_extra_films(run, rendered.frames, rendering)
    return RenderResult(
        run.film_path, extra, rendered.frames, stopped=not complete, warnings=collected.warnings
    )


def _newest(runs: Path) -> Path | None:
    """Returns the folder of the newest run in a folder; stamps sort by time."""
    return max((child for child in runs.glob("*/") if is_run(child)), default=None)
