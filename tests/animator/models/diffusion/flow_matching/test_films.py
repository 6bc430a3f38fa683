"""Films of each family of flow-matching models, begun, stopped and resumed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.runs.bench.clock import StageClock
from animator.runs.bench.timed import SAMPLER_STEPS, timed_diffuser
from animator.runs.preflight.estimate import estimate
from animator.runs.progress import Progress
from animator.runs.render_run import open_run, render_run
from animator.runs.run import Run
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.fakes import Make

Opened = Callable[[str], StableDiffuser]
FRAMES = 8
NAMES = [f"{frame:09d}.png" for frame in range(FRAMES)]


@pytest.fixture
def film(make_animation: Make) -> Animation:
    made: Animation = make_animation(
        frames=FRAMES,
        size=[64, 64],
        prompts={0: "a lake [at dawn:at night:0.5]", 6: "a forest AND snow :0.5"},
        motion={"zoom": 1.05},
        diffusion={
            "sampler": "Euler",
            "strength": "0:(0.5), 7:(0.8)",
            "steps": 4,
            "cfg_scale": "0:(1), 7:(5)",
            "seed": 7,
        },
    )
    return made


@pytest.mark.parametrize("kind", FLOW_FAMILIES)
def test_a_film_that_was_stopped_has_the_frames_of_one_that_never_was(
    opened: Opened, film: Animation, tmp_path: Path, kind: str
) -> None:
    def stop(progress: Progress) -> None:
        if progress.done == 3:
            raise KeyboardInterrupt

    with Run.create(tmp_path / "whole", film) as run:
        render_run(run, diffuser=opened(kind), device="cpu")
    with Run.create(tmp_path / "stopped", film) as run, pytest.raises(KeyboardInterrupt):
        render_run(run, diffuser=opened(kind), device="cpu", progress=stop)
    with open_run(film, tmp_path / "stopped", resume=True) as run:
        render_run(run, diffuser=opened(kind), device="cpu")
    frames = [
        [(tmp_path / folder / "frames" / name).read_bytes() for name in NAMES]
        for folder in ("whole", "stopped")
    ]
    assert frames[0] == frames[1] and len(set(frames[0])) == FRAMES


def test_an_estimate_counts_the_steps_that_are_begun(make_animation: Make) -> None:
    film = make_animation(frames=4, diffusion={"steps": 4, "strength": 0.6, "cadence": 1})
    assert estimate(Timeline(film)).steps == 4 + 3 * 1
    assert estimate(Timeline(film), begins_within_steps=True).steps == 4 + 3 * 2


@pytest.mark.parametrize(("kind", "expected"), [("z-image", 2), ("sd1", 1)])
def test_a_benchmark_counts_the_steps_that_run(
    opened: Opened, request_: GenerationRequest, kind: str, expected: int
) -> None:
    clock = StageClock()
    timed_diffuser(opened(kind), clock).generate(replace(request_, steps=4, strength=0.6))
    assert clock.reading().counts[SAMPLER_STEPS] == expected
