"""Renders the frames of a run to disk and into a sink, and warns about drift."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from animator.images.metrics import frame_metrics
from animator.loop.pipeline import Pipeline
from animator.loop.render import Frame, render
from animator.loop.state import State
from animator.runs.depth_export import write_depth_map
from animator.runs.drift import DriftMonitor
from animator.runs.progress import Phase, Progress
from animator.runs.run import Run
from animator.runs.sink import OpenSink, film_sink
from animator.runs.stop_token import Stopped, StopToken, stopped_by
from animator.runs.stretches import Stretches, feeds_back
from animator.timeline.timeline import Timeline

log = logging.getLogger(__name__)
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
        report: Called when rendering starts, and after every frame on disk.
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
    recorder, done = _MetricsRecorder(run, state.image, rendering), first
    sink = rendering.open_sink(run, first)
    try:
        with suppress(Stopped), stopped_by(rendering.stop):
            for frame in _until_stop(render(Timeline(run.animation), pipeline, state), first, rendering):
                sink.write(run.write(frame))
                recorder.add(frame)
                done, count = frame.state.next_frame, frame.plan.frame + 1
                rendering.report(Progress(count, total, time.monotonic() - started, count - first))
    except BaseException:
        sink.abort()
        raise
    stopped = rendering.stop.is_set and done < end
    if stopped:
        sink.abort()
    else:
        rendering.enter(Phase.ENCODING)
        sink.close()
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


class _MetricsRecorder:
    """Writes the metrics of each frame and its depth map where wanted, and logs warnings about drift.

    They are those of the image in the loop, which is what drifts and what a state has to resume from.
    """

    def __init__(self, run: Run, last: Tensor | None, rendering: Rendering) -> None:
        self._run = run
        self._last = last
        self._monitor = DriftMonitor() if rendering.watches_drift and feeds_back(run.animation) else None
        self._stretches = Stretches(run.animation)

    def add(self, frame: Frame) -> None:
        """Records a frame."""
        if self._run.animation.depth.save_depth_maps and frame.depth is not None:
            write_depth_map(self._run.folder / "depth", f"{frame.plan.frame:09d}", frame.depth)
        metrics = frame_metrics(frame.plan.frame, frame.loop_image, self._last)
        self._run.metrics.append(metrics)
        changes = self._stretches.changes_at(frame.plan)
        for warning in self._monitor.update(metrics, cut=changes) if self._monitor else ():
            log.warning(warning)
        self._last = frame.loop_image
