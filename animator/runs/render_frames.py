"""Renders the frames of a run to disk and into a sink."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import torch

from animator.loop.pipeline import Pipeline
from animator.loop.render import Frame, render
from animator.loop.state import State
from animator.models.diffusion.step_hook import before_steps
from animator.runs.close_sink import close_sink
from animator.runs.frame_records import FrameRecords
from animator.runs.frame_writer import FrameWriter
from animator.runs.progress import Phase, Progress
from animator.runs.run import Run
from animator.runs.sink import OpenSink, film_sink
from animator.runs.stop_token import Stopped, StopToken, stopped_by
from animator.timeline.timeline import Timeline

Report = Callable[[Progress], None]


def no_report(progress: Progress) -> None:
    """Ignores progress."""


def no_phases(phase: Phase) -> None:
    """Ignores a phase."""


@dataclass(frozen=True)
class Rendering:
    """Options of a rendering.

    Attributes:
        device: Device of images and models.
        report: Called when rendering starts, and after every frame on disk, then in the writer's thread.
        stop: Stops the rendering, between frames or steps of the diffusion.
        end: Stop before this frame; a group of in-betweens that contains it is finished. None renders the
            whole film.
        open_sink: Opens the sink of the frames besides the run folder; by default the video file.
        facts: Further facts for run.json, such as the inputs of the film.
        enter: Called when another phase begins.
        watches_drift: Warn when colors, contrast or detail run away.
    """

    device: torch.device
    report: Report = no_report
    stop: StopToken = field(default_factory=StopToken)
    end: int | None = None
    open_sink: OpenSink = film_sink
    facts: Mapping[str, Any] = field(default_factory=dict)
    enter: Callable[[Phase], None] = no_phases
    watches_drift: bool = True


@dataclass(frozen=True)
class Rendered:
    """Outcome of a rendering.

    Attributes:
        frames: Frames that the run has now.
        seconds: Duration.
        stopped: True where the stop token ended it early.
    """

    frames: int
    seconds: float
    stopped: bool


def render_frames(run: Run, pipeline: Pipeline, state: State, rendering: Rendering) -> Rendered:
    """Renders a run's frames from a state on, and completes its video unless it was stopped.

    Args:
        run: The open run folder.
        pipeline: The filled slots; its images are on the rendering's device.
        state: The state to resume from.
        rendering: Device, progress, and where to stop.

    Raises:
        AnimatorError: Something failed; the frames so far are complete and the run can be resumed.
    """
    started, first, total = time.monotonic(), state.next_frame, run.animation.frames
    end = total if rendering.end is None else min(rendering.end, total)
    rendering.enter(Phase.RENDERING)
    rendering.report(Progress(first, total, 0.0, 0))
    run.metrics.truncate(first)
    records = FrameRecords(run, state.image, watches_drift=rendering.watches_drift)

    def report(frame: Frame) -> None:
        count = frame.plan.frame + 1
        rendering.report(Progress(count, total, time.monotonic() - started, count - first))

    done, sink = first, rendering.open_sink(run, first)
    try:
        with (
            FrameWriter(run, sink, records, report, rendering.device) as writer,
            before_steps(writer.check),
            suppress(Stopped),
            stopped_by(rendering.stop),
        ):
            for frame in _until_stop(render(Timeline(run.animation), pipeline, state), first, rendering):
                writer.add(frame)
                done = frame.state.next_frame
    except BaseException:
        sink.abort()
        raise
    stopped = rendering.stop.is_set and done < end
    if stopped:
        sink.abort()
    else:
        rendering.enter(Phase.ENCODING)
        stopped = not close_sink(sink, run.film_path.name, rendering.report, rendering.stop)
    return Rendered(done, round(time.monotonic() - started, 3), stopped)


def _until_stop(frames: Iterator[Frame], first: int, rendering: Rendering) -> Iterator[Frame]:
    """Yields frames up to the end or the stop; finishes groups of in-betweens, as the state needs them."""

    def ends_before(frame: int) -> bool:
        return rendering.stop.is_set or (rendering.end is not None and frame >= rendering.end)

    if ends_before(first):
        return
    for frame in frames:
        yield frame
        if frame.state.next_frame == frame.plan.frame + 1 and ends_before(frame.state.next_frame):
            return
