"""`measure`: renders some frames of a film as always, and returns what each of them cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from animator.core.peak_memory import peak_bytes
from animator.errors import UserError
from animator.loop.build.pipeline import build_pipeline
from animator.models.device import wait_for
from animator.models.diffusion.request import Diffuser
from animator.runs.bench.clock import Clocks, Reading, StageClock, Window
from animator.runs.bench.film import WARM_UP
from animator.runs.bench.timed import (
    BYTES,
    DIFFUSER,
    GENERATIONS,
    SAMPLER_STEPS,
    timed,
    timed_diffuser,
    timed_pipeline,
    timed_run,
)
from animator.runs.downloads import with_downloads
from animator.runs.render_frames import Rendering, Report
from animator.runs.render_run import render_with
from animator.runs.run import Run
from animator.runs.run_record import run_facts
from animator.runs.sink import FrameFiles, Sink, film_sink
from animator.settings import Animation
from animator.timeline.timeline import Timeline

OTHER = "other"
"""Stage of what is left: the loop itself, and plans."""


@dataclass(frozen=True)
class Bench:
    """A measurement to make.

    Attributes:
        film: The film, with at least `WARM_UP` frames more than are measured, and two cadence groups.
        frames: Frames to measure; a group of in-betweens that contains the last one is measured to its end.
        device: Device of images and models.
        model: Name of the diffusion model, for the result.
        makes_video: True if the video is encoded meanwhile, as in every other rendering.
        folder: Where the temporary run folder is made, on the disk to measure; None for the system's place.
    """

    film: Animation
    frames: int
    device: torch.device
    model: str
    makes_video: bool = True
    folder: Path | None = None


@dataclass(frozen=True)
class Measurement:
    """What a frame of a film costs.

    Attributes:
        bench: What was measured.
        frames: Number of frames that were measured.
        frame_ms: Time of a frame in milliseconds, in-betweens and generated ones alike.
        stages: Stage -> milliseconds per frame of the thread that generates; together they are a frame. On a
            GPU they come from a second rendering that waits for each stage, and is slower.
        writing: Stage -> milliseconds per frame of the thread that writes frames meanwhile.
        generations: Number of images that the model generated meanwhile.
        sampler_steps: Number of its steps.
        written_bytes: Of frames and states, per frame.
        peak_bytes: Largest memory of this process; None where the system does not tell.
        facts: About machine, threads and versions, as in run.json.
    """

    bench: Bench
    frames: int
    frame_ms: float
    stages: Mapping[str, float]
    writing: Mapping[str, float]
    generations: int
    sampler_steps: int
    written_bytes: float
    peak_bytes: int | None
    facts: Mapping[str, Any]

    @property
    def model_ms(self) -> float:
        """Milliseconds per frame in the diffusion model."""
        return self.stages[DIFFUSER]

    @property
    def host_ms(self) -> float:
        """Milliseconds per frame that are not the diffusion model's."""
        return max(0.0, self.frame_ms - self.model_ms)


def measure(bench: Bench, diffuser: Diffuser, report: Report) -> Measurement:
    """Returns what a frame of a film costs; renders into a temporary run folder, which is removed.

    Args:
        bench: What to measure.
        diffuser: The diffusion model, on the device.
        report: Called after every frame.

    Raises:
        UserError: The film is too short.
        AnimatorError: Rendering failed.
    """
    first, end = _measured(bench)
    clocks = Clocks(StageClock(), StageClock())
    drawing, writing = _render(bench, diffuser, Window(clocks, first, end), report)
    staged = drawing
    if bench.device.type != "cpu":
        clocks = Clocks(StageClock(partial(wait_for, bench.device)), StageClock())
        staged, _ = _render(bench, diffuser, Window(clocks, first, end), report)
    stages = dict(staged.seconds)
    stages[OTHER] = staged.time - sum(stages.values())
    frames = end - first

    def per_frame(seconds: Mapping[str, float]) -> dict[str, float]:
        return {name: 1e3 * value / frames for name, value in seconds.items()}

    return Measurement(
        bench=bench,
        frames=frames,
        frame_ms=1e3 * drawing.time / frames,
        stages=per_frame(stages),
        writing=per_frame(writing.seconds),
        generations=drawing.counts[GENERATIONS],
        sampler_steps=drawing.counts[SAMPLER_STEPS],
        written_bytes=writing.counts[BYTES] / frames,
        peak_bytes=peak_bytes(),
        facts=run_facts(bench.film, bench.device),
    )


def _measured(bench: Bench) -> tuple[int, int]:
    """Returns the first frame that is measured and the first one that is not: both begin a group."""
    starts = Timeline(bench.film).generated_frames
    first = next((int(start) for start in starts if start >= WARM_UP), None)
    end = next((int(start) for start in starts if first is not None and start >= first + bench.frames), None)
    if first is None or end is None:
        most = int(starts[-1]) - (first or WARM_UP)
        advice = f"measure at most {most} of them" if most > 0 else "name a longer film"
        raise UserError(
            f"the film has {bench.film.frames} frames, too few to measure {bench.frames} after {WARM_UP} "
            f"that warm up; {advice}"
        )
    return first, end


def _render(bench: Bench, diffuser: Diffuser, window: Window, report: Report) -> tuple[Reading, Reading]:
    """Renders the film up to the window's end, and returns what its clocks showed within the window."""
    drawing, writing = window.clocks.drawing, window.clocks.writing

    def open_sink(run: Run, done: int) -> Sink:
        sink: Sink = film_sink(run, done) if bench.makes_video else FrameFiles()
        return timed(sink, writing, write="video")

    temporary = TemporaryDirectory(prefix="animator-bench-", dir=bench.folder)
    with temporary as folder, Run.create(folder, bench.film) as run:
        film = with_downloads(run.animation, run.downloads)
        pipeline = build_pipeline(film, timed_diffuser(diffuser, drawing), bench.device)
        rendering = Rendering(bench.device, report, end=window.end + 1, open_sink=open_sink)
        render_with(timed_run(run, writing), timed_pipeline(pipeline, drawing, window), rendering)
    return window.shown()
