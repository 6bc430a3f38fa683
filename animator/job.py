"""`film`: one preset rendered into a run folder, from model to mp4; what the command line calls."""

import logging
import platform
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from animator._version import __version__
from animator.assemble import build_pipeline
from animator.assemble_models import check_timeline, options_of
from animator.config import Animation
from animator.core.atomic import write_atomically
from animator.depth_maps import write_depth_map
from animator.diffusion.record import records_of
from animator.diffusion.request import Diffuser
from animator.diffusion.stable import open_diffuser
from animator.downloads import with_downloads
from animator.loop import Frame, render
from animator.pipeline import Pipeline
from animator.progress import Progress
from animator.run import Run, is_run, with_seed
from animator.run_outputs import Versions
from animator.sink import OpenSink, film_sink
from animator.state import State
from animator.subtitles import to_srt
from animator.timeline import Timeline
from animator.vitals import measure
from animator.watch import Watch

log = logging.getLogger(__name__)
RENDERS = Path("renders")
LIBRARIES = ("torch", "diffusers", "transformers", "numpy", "opencv-python", "imageio-ffmpeg")


def open_run(animation: Animation, out: Path | None, *, resume: bool) -> Run:
    """The run folder of a film: new, or with `resume` the one to go on with.

    Args:
        animation: The film.
        out: The folder itself; None makes or finds renders/<name>/<stamp>.
        resume: Go on with the run in `out`, or with the newest one of this name; where no frame was
            finished yet, start anew, so that one command can be repeated until the film is done.

    Raises:
        RunError: See `Run.create` and `Run.reopen`.
    """
    home = RENDERS / animation.name
    found = out or _newest(home)
    if resume and found is not None and is_run(found):
        return Run.reopen(found, animation)
    if animation.diffusion.seed == -1:
        animation = with_seed(animation, secrets.randbelow(2**32))
    return Run.create(out or home / datetime.now().strftime("%Y%m%d-%H%M%S"), animation)


def open_model(animation: Animation, device: torch.device, *, allow_pickle: bool = False) -> Diffuser:
    """The diffuser of a film's settings; every checkpoint and LoRA it will ask for is there.

    Raises:
        ModelError: One is missing or broken.
    """
    options = options_of(animation, allow_pickle=allow_pickle)
    check_timeline(Timeline(animation), options)
    return open_diffuser(animation.model, device, options)


def film(
    run: Run,
    device: torch.device,
    report: Callable[[Progress], None],
    diffuser: Diffuser,
    stop: int | None = None,
    sink: OpenSink = film_sink,
) -> Path:
    """The path of the finished film; goes on where the run's state says.

    What `upscaling` and `frame_interpolation` ask for is made beside it; `made_beside` says where.

    Args:
        run: The open run folder.
        device: Where pictures and models live.
        report: Called after every frame on disk.
        diffuser: The model that draws, such as `open_model` gives.
        stop: Stop with the group that holds the frame before this one; the film ends there. None goes on to
            the end.
        sink: Where the frames go besides the run folder; by default into the film.

    Raises:
        AnimatorError: Something failed; the frames so far are whole and the run can go on.
    """
    pipeline = build_pipeline(with_downloads(run.animation, run.downloads), diffuser, device)
    done = render_run(run, pipeline, device, report, stop, sink)
    _make_further(run, done, device, report)
    return run.film_path


def render_run(
    run: Run,
    pipeline: Pipeline,
    device: torch.device,
    report: Callable[[Progress], None],
    stop: int | None = None,
    sink: OpenSink = film_sink,
) -> int:
    """Renders a run's frames, film and subtitles with a pipeline of the caller's.

    Args:
        run: The open run folder.
        pipeline: What fills the slots, such as `build_pipeline` gives; its pictures live on `device`.
        device: Where pictures live.
        report: As for `film`.
        stop: As for `film`.
        sink: As for `film`.

    Returns:
        The number of frames that the run has now.

    Raises:
        AnimatorError: As for `film`.
    """
    animation = run.animation
    state = run.state(device)
    run.warn_of_space(animation.frames - state.next_frame)
    facts = {**_facts(animation, device), "models": records_of(pipeline.diffuser, wait=False)}
    run.record(facts)
    began = time.monotonic()
    frames = until(render(Timeline(animation), pipeline, state), stop)
    done = _sitting(run, frames, state, report, sink)
    seconds = round(time.monotonic() - began, 3)
    facts["models"] = records_of(pipeline.diffuser, wait=True)
    run.record({**facts, "rendered_frames": done - state.next_frame, "seconds": seconds})
    if animation.output.subtitles:
        text = to_srt(Timeline(animation), animation.output.subtitles)
        write_atomically(run.folder / f"{animation.name}.srt", text.encode())
    return done


def made_beside(run: Run) -> list[Path]:
    """The films that `film` made beside the run's own: larger, smoother, as a GIF."""
    versions = Versions(run, run.state().next_frame, run.animation)
    return [version.film.path for version in versions.further]


def _make_further(run: Run, frames: int, device: torch.device, report: Callable[[Progress], None]) -> None:
    for further in Versions(run, frames, run.animation, device).further:
        further.make(partial(_report_pictures, report, time.monotonic(), further.count))


def _report_pictures(report: Callable[[Progress], None], began: float, count: int, done: int) -> None:
    report(Progress(done, count, time.monotonic() - began, done))


def rewind(run: Run, frame: int, animation: Animation, device: torch.device, diffuser: Diffuser) -> None:
    """Takes a run back to a frame, exactly: what came before is computed again from a kept state, unseen.

    Args:
        run: The open run; it may have been made with other settings.
        frame: The first frame to redo. Within a group of in-betweens that is the group's drawn frame.
        animation: The settings to go on with.
        device: Where pictures and models live.
        diffuser: The model that draws.
    """
    timeline = Timeline(run.animation)
    start = max(int(drawn) for drawn in timeline.drawn if drawn <= frame)
    state = run.checkpoints.before(start, device)
    if state.next_frame < start:
        before = build_pipeline(with_downloads(run.animation, run.downloads), diffuser, device)
        for past in render(timeline, before, state):
            if past.state.next_frame >= start:
                state = past.state
                break
    run.rewind(state, animation)


def until(frames: Iterator[Frame], stop: int | None) -> Iterator[Frame]:
    """The frames up to the end of the group that holds the frame before `stop`; all of them for None."""
    for frame in frames:
        yield frame
        if stop is not None and frame.state.next_frame >= stop:
            return


def _sitting(
    run: Run, frames: Iterator[Frame], state: State, report: Callable[[Progress], None], open_sink: OpenSink
) -> int:
    """Puts frames on disk and into the film, under the drift watch; returns how many the film has now."""
    first, total, began = state.next_frame, run.animation.frames, time.monotonic()
    done = first
    watch, last = Watch(), state.picture
    report(Progress(first, total, 0.0, 0))
    run.vitals.cut(first)
    sink = open_sink(run, first)
    try:
        for frame in frames:
            sink.write(run.write(frame))
            if run.animation.depth.save_depth_maps and frame.depth is not None:
                write_depth_map(run.folder / "depth", f"{frame.plan.frame:09d}", frame.depth)
            vital = measure(frame.plan.frame, frame.picture, last)
            run.vitals.add(vital)
            for news in watch.see(vital, cut=frame.plan.cut):
                log.warning(news)
            last, done = frame.picture, frame.plan.frame + 1
            report(Progress(done, total, time.monotonic() - began, done - first))
    except BaseException:
        sink.abandon()
        raise
    sink.finish()
    return done


def _newest(home: Path) -> Path | None:
    """The folder of the newest run below `home`; stamps sort by time."""
    return max((child for child in home.glob("*/") if is_run(child)), default=None)


def _facts(animation: Animation, device: torch.device) -> dict[str, Any]:
    return {
        "schema": "animator.run.1",
        "model": animation.model,
        "device": str(device),
        "threads": torch.get_num_threads(),
        "versions": {"animator": __version__, **_versions()},
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


def _versions() -> dict[str, str]:
    """The libraries installed under their usual names; variants such as headless ones are left out."""
    found: dict[str, str] = {}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
