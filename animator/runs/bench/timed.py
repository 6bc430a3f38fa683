"""`timed` puts a clock in front of an object's methods; `timed_pipeline` in front of every slot of a film."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from torch import Tensor

from animator.loop.pipeline import FrameImage, Motion, Pipeline, Source, Step
from animator.loop.state import State
from animator.loop.steps.masking import Within
from animator.loop.tweens.tween import WrappedTween
from animator.models.diffusion.request import Diffuser, GenerationRequest, steps_run
from animator.runs.bench.clock import StageClock, Window
from animator.runs.run import Run
from animator.timeline.plan import Plan

Timed = TypeVar("Timed")
DIFFUSER = "diffuser"
"""Stage of the model; all others are what the loop adds."""
WAITING = "waiting for writer"
"""Stage in which frames are handed over; long where writing is slower than generating."""
GENERATIONS, SAMPLER_STEPS = "generations", "sampler steps"
"""What is counted of the model."""
BYTES = "bytes"
"""What is counted of files: frames and states."""
_NEW_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def timed(inner: Timed, clock: StageClock, **stages: str) -> Timed:
    """Returns an object that does what another does, while a clock runs in some of its methods.

    Args:
        inner: The other; it is not changed.
        clock: The clock.
        stages: The stage of each method.
    """
    return cast("Timed", _Timed(inner, clock, stages))


def timed_diffuser(diffuser: Diffuser, clock: StageClock) -> Diffuser:
    """Returns a diffuser whose time is that of the stage `DIFFUSER`, and whose steps are counted."""
    return timed(cast("Diffuser", _Counted(diffuser, clock, {})), clock, generate=DIFFUSER)


def timed_pipeline(pipeline: Pipeline, clock: StageClock, window: Window) -> Pipeline:
    """Returns a pipeline with a clock in front of every slot.

    Args:
        pipeline: Built with a `timed_diffuser`, since some steps generate with it, too.
        clock: The clock.
        window: Is told of each frame before it is generated.
    """
    reveal = pipeline.reveal
    return replace(
        pipeline,
        source=_WatchedSource(timed(pipeline.source, clock, image="source", init_image="source"), window),
        motion=timed(pipeline.motion, clock, estimate_depth="depth", warp="warp"),
        after_motion=_timed_steps(pipeline.after_motion, clock),
        before=_timed_steps(pipeline.before, clock),
        request_steps=tuple(timed(step, clock, apply=_words(step)) for step in pipeline.request_steps),
        faces=timed(pipeline.faces, clock, restore="faces"),
        after=_timed_steps(pipeline.after, clock),
        overlays=_timed_steps(pipeline.overlays, clock),
        anchor=timed(pipeline.anchor, clock, for_frame="color anchor", after_frame="color anchor"),
        tween=_TimedTween(pipeline.tween, clock),
        reveal=None if reveal is None else timed(reveal, clock, fill="reveal"),
        output=tuple(
            replace(one, step=timed(one.step, clock, apply=_words(one.step))) for one in pipeline.output
        ),
    )


def timed_run(run: Run, clock: StageClock) -> Run:
    """Returns an open run with a clock in front of its writing, and which counts the bytes it writes."""
    counted = cast("Run", _CountedRun(run, clock, {}))
    return timed(counted, clock, encode="encode", save="save", keep="state")


class _Timed:
    """Passes everything on to another object."""

    def __init__(self, inner: object, clock: StageClock, stages: dict[str, str]) -> None:
        self._inner = inner
        self._clock = clock
        self._stages = stages

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        stage = self._stages.get(name)
        if stage is None:
            return found

        @wraps(found)
        def method(*args: Any, **values: Any) -> Any:
            with self._clock.stage(stage):
                return found(*args, **values)

        return method


class _Counted(_Timed):
    """A diffuser that also counts what it is asked for."""

    def generate(self, request: GenerationRequest) -> Tensor:
        """Returns the generated image (3, H, W)."""
        self._clock.count(GENERATIONS)
        diffuser = cast("Diffuser", self._inner)
        self._clock.count(SAMPLER_STEPS, steps_run(diffuser, request))
        return diffuser.generate(request)


class _CountedRun(_Timed):
    """A run that also counts the bytes of its frames and states."""

    def save(self, frame: int, png: bytes) -> None:
        """Writes a frame's PNG file."""
        cast("Run", self._inner).save(frame, png)
        self._clock.count(BYTES, len(png))

    def keep(self, state: State) -> None:
        """Keeps a state, which is written seldom."""
        run = cast("Run", self._inner)
        before = _file_number(run.state_path)
        run.keep(state)
        if _file_number(run.state_path) != before:
            self._clock.count(BYTES, run.state_path.stat().st_size)


@dataclass(frozen=True)
class _WatchedSource:
    """A source that tells a window of each frame; it is the first slot that runs.

    Attributes:
        source: The source.
        window: The window.
    """

    source: Source
    window: Window

    def init_image(self, plan: Plan) -> Tensor | None:
        """Returns the image (3, H, W) that the first frame starts from."""
        return self.source.init_image(plan)

    def image(self, plan: Plan, state: State) -> Tensor | None:
        """Returns the image (3, H, W) to start from."""
        self.window.begins(plan.frame)
        return self.source.image(plan, state)


@dataclass(frozen=True, eq=False)
class _TimedTween(WrappedTween):
    """A tween with a clock, also while its images are handed to the writer, which may be busy.

    Attributes:
        clock: The clock.
    """

    clock: StageClock

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, generated: FrameImage
    ) -> Iterator[FrameImage]:
        """Yields the images (3, H, W) of a group."""
        images = self.tween(motion, plans, old, generated)
        while True:
            with self.clock.stage("in-betweens"):
                image = next(images, None)
            if image is None:
                return
            with self.clock.stage(WAITING):
                yield image


def _file_number(path: Path) -> int | None:
    """Returns what changes whenever a file is replaced; None where there is none."""
    return path.stat().st_mtime_ns if path.exists() else None


def _timed_steps(steps: Sequence[Step], clock: StageClock) -> tuple[Step, ...]:
    return tuple(
        replace(step, steps=_timed_steps(step.steps, clock))
        if isinstance(step, Within)
        else timed(step, clock, apply=_words(step))
        for step in steps
    )


def _words(step: object) -> str:
    """Returns the name of a step's class as words, such as `match color`."""
    return _NEW_WORD.sub(" ", type(step).__name__).lower()
