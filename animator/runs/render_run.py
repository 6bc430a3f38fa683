"""`render_run`: renders a film from its settings to the finished video file."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import torch

from animator.errors import UserError
from animator.loop.build.models import check_models, load_options
from animator.loop.build.pipeline import build_pipeline
from animator.loop.pipeline import Pipeline
from animator.models.device import choose_device
from animator.models.diffusion.plugin import find_plugin
from animator.models.diffusion.request import Diffuser
from animator.models.diffusion.stable import open_diffuser
from animator.presets.load import resolve_animation
from animator.runs.downloads import with_downloads
from animator.runs.finalize import make_extra_films, record_end, record_start, write_subtitles
from animator.runs.outputs import check_films
from animator.runs.render_frames import Rendered, Rendering, Report, no_report, render_frames
from animator.runs.run import Run, is_run
from animator.runs.run_settings import with_seed
from animator.runs.run_targets import check_new_run, check_run_targets
from animator.runs.sink import OpenSink, film_sink
from animator.runs.stop_token import StopToken
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from schedules.seeds import MAX_SEED

RENDERS = Path("renders")


class OpenModel(Protocol):
    """Opens the diffuser of a film; see `open_model`."""

    def __call__(self, animation: Animation, device: torch.device) -> Diffuser:
        """Returns the diffuser."""
        ...


@dataclass(frozen=True)
class RenderResult:
    """The files that `render_run` made.

    Attributes:
        film: The video; the path it will have, if `stopped`.
        extra_films: The videos besides it: upscaled, interpolated, as a GIF.
        frames: Finished frames of the run.
        stopped: True where the stop token ended it early; render again with `resume` to finish it.
    """

    film: Path
    extra_films: tuple[Path, ...]
    frames: int
    stopped: bool


def render_run(  # noqa: PLR0913 (the entry point; all but the film have defaults)
    film: Animation | Run,
    out: str | Path | None = None,
    *,
    diffuser: Diffuser | None = None,
    device: torch.device | str = "auto",
    resume: bool = False,
    progress: Report | None = None,
    stop: StopToken | None = None,
    end: int | None = None,
    sink: OpenSink = film_sink,
) -> RenderResult:
    """Renders a film into its run folder: frames, video, subtitles, and the extra videos of its settings.

    Args:
        film: The settings, such as `load` returns; or an open run, which is resumed.
        out: The run folder; None makes renders/<name>/<stamp>. Not for an open run, which has its folder.
        diffuser: The diffusion model; None opens the one that the settings name.
        device: Device of images and models: "auto", "cpu", "cuda", "mps" or a torch device.
        resume: Resume the run in `out`, or the newest one of this name; starts one where there is none.
        progress: Called when rendering starts, after every frame on disk, and while extra videos are made.
        stop: Stops between frames; the run can be resumed.
        end: Stop before this frame; None renders the whole film.
        sink: Opens the sink of the frames besides the run folder; by default the video file.

    Raises:
        RunError: The folder holds another run, or none that can be resumed.
        ModelError: The model is missing or broken.
        AnimatorError: Something failed; the frames so far are complete and the run can be resumed.
    """
    torch_device = choose_device(device)
    rendering = Rendering(torch_device, progress or no_report, stop or StopToken(), end, sink)
    if isinstance(film, Run):
        if out is not None:
            raise UserError(
                f"out: {out} is given, but the run is already open in {film.folder}; leave out one of them"
            )
        return _render(film, diffuser, rendering)
    film = resolve_animation(film)
    check_films(film, torch_device)
    with open_run(film, out, resume=resume) as run:
        return _render(run, diffuser, rendering)


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
    record_start(run, pipeline.diffuser, rendering.device)
    rendered = render_frames(run, pipeline, state, rendering)
    record_end(run, pipeline.diffuser, rendering.device, rendered, state.next_frame)
    if not rendered.stopped:
        write_subtitles(run)
    return rendered


def open_run(animation: Animation, out: str | Path | None, *, resume: bool) -> Run:
    """Opens the run folder of a film: a new one, or with `resume` the one to resume.

    Args:
        animation: The film.
        out: The folder itself; None makes or finds renders/<name>/<stamp>.
        resume: Resume the run in `out`, or the newest one of this name; where no frame is finished yet, start
            a new run, so that one command can be repeated until the film is done.

    Raises:
        RunError: See `Run.create` and `Run.reopen`.
    """
    runs = RENDERS / animation.name
    folder = _newest(runs) if out is None else Path(out)
    if resume and folder is not None and is_run(folder):
        return Run.reopen(folder, animation)
    if animation.diffusion.seed == -1:
        animation = with_seed(animation, secrets.randbelow(MAX_SEED + 1))
    if out is not None and not is_run(Path(out)):
        check_new_run(Path(out), animation)
    stamped = runs / datetime.now().strftime("%Y%m%d-%H%M%S")
    return Run.create(stamped if out is None else out, animation)


def open_model(animation: Animation, device: torch.device) -> Diffuser:
    """Opens the diffuser of a film; checks that every checkpoint and LoRA its frames name is there.

    Raises:
        ModelError: One is missing or broken.
    """
    options = load_options(animation)
    if find_plugin(animation.model, options.library) is None:  # a plug-in may read checkpoints its own way
        check_models(Timeline(animation), options)
    return open_diffuser(animation.model, device, options)


def _render(run: Run, diffuser: Diffuser | None, rendering: Rendering) -> RenderResult:
    if rendering.stop.is_set:  # saves loading a model
        return RenderResult(run.film_path, (), run.state().next_frame, stopped=True)
    check_run_targets(run, run.animation, run.state().next_frame)
    model = diffuser or open_model(run.animation, rendering.device)
    pipeline = build_pipeline(with_downloads(run.animation, run.downloads), model, rendering.device)
    rendered = render_with(run, pipeline, rendering)
    if rendered.stopped:
        return RenderResult(run.film_path, (), rendered.frames, stopped=True)
    extra, complete = make_extra_films(run, rendered.frames, rendering)
    return RenderResult(run.film_path, extra, rendered.frames, stopped=not complete)


def _newest(runs: Path) -> Path | None:
    """Returns the folder of the newest run in a folder; stamps sort by time."""
    return max((child for child in runs.glob("*/") if is_run(child)), default=None)
