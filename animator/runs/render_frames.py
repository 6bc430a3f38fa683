"""Renders the frames of a run onto the disk and into a sink, under the drift watch."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from animator.images.metrics import frame_metrics
from animator.loop.pipeline import Pipeline
from animator.loop.render import Frame, render
from animator.loop.state import State
from animator.runs.depth_export import write_depth_map
from animator.runs.drift import DriftMonitor
from animator.runs.progress import Progress
from animator.runs.run import Run
from animator.runs.sink import OpenSink, film_sink
from animator.runs.stop_token import StopToken
from animator.timeline.timeline import Timeline

log = logging.getLogger(__name__)
Report = Callable[[Progress], None]


def no_report(progress: Progress) -> None:
    """Reports nothing."""


@dataclass(frozen=True)
class Rendering:
    """How the frames of a run are rendered.

    Attributes:
        device: Where images and models live.
        report: Called when rendering begins, and after every frame on disk.
        stop: Stops the rendering between frames.
        end: Stop before this frame, the film ends there; a group of in-betweens that holds it is finished.
            None renders the whole film.
        open_sink: Opens what takes the frames besides the run folder; by default the film.
    """

    device: torch.device
    report: Report = no_report
    stop: StopToken = field(default_factory=StopToken)
    end: int | None = None
    open_sink: OpenSink = film_sink


@dataclass(frozen=True)
class Rendered:
    """How far a rendering came.

    Attributes:
        frames: Frames that the run has now.
        seconds: Time it took.
        stopped: True where the stop token ended it early.
    """

    frames: int
    seconds: float
    stopped: bool


def render_frames(run: Run, pipeline: Pipeline, state: State, rendering: Rendering) -> Rendered:
    """Renders a run's frames from a state on, and completes its film unless it was stopped.

    Args:
        run: The open run folder.
        pipeline: The filled slots; its images live on the rendering's device.
        state: Where the run stands.
        rendering: Device, progress, and where to stop.

    Raises:
        AnimatorError: Something failed; the frames so far are whole and the run can be resumed.
    """
    began, first, total = time.monotonic(), state.next_frame, run.animation.frames
    wanted = total if rendering.end is None else min(rendering.end, total)
    rendering.report(Progress(first, total, 0.0, 0))
    run.metrics.cut(first)
    measured, done = _Measured(run, state.image), first
    sink = rendering.open_sink(run, first)
    try:
        for frame in _up_to_stop(render(Timeline(run.animation), pipeline, state), first, rendering):
            sink.write(run.write(frame))
            measured.add(frame)
            done = frame.plan.frame + 1
            rendering.report(Progress(done, total, time.monotonic() - began, done - first))
    except BaseException:
        sink.abandon()
        raise
    stopped = rendering.stop.is_set and done < wanted
    if stopped:
        sink.abandon()
    else:
        sink.finish()
    return Rendered(done, round(time.monotonic() - began, 3), stopped)


def _up_to_stop(frames: Iterator[Frame], first: int, rendering: Rendering) -> Iterator[Frame]:
    """The frames up to the end or the stop; groups of in-betweens are finished, as the state needs them."""

    def ends(at: int) -> bool:
        return rendering.stop.is_set or (rendering.end is not None and at >= rendering.end)

    if ends(first):
        return
    for frame in frames:
        yield frame
        if frame.state.next_frame == frame.plan.frame + 1 and ends(frame.state.next_frame):
            return


class _Measured:
    """Keeps what is measured on each frame: its depth map, its vital signs, and warnings about drift."""

    def __init__(self, run: Run, last: Tensor | None) -> None:
        self._run = run
        self._last = last
        self._watch = DriftMonitor()

    def add(self, frame: Frame) -> None:
        """Measures a frame."""
        if self._run.animation.depth.save_depth_maps and frame.depth is not None:
            write_depth_map(self._run.folder / "depth", f"{frame.plan.frame:09d}", frame.depth)
        vital = frame_metrics(frame.plan.frame, frame.image, self._last)
        self._run.metrics.add(vital)
        for news in self._watch.update(vital, cut=frame.plan.cut):
            log.warning(news)
        self._last = frame.image
