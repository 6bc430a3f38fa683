"""Films of models from single files, stopped and resumed."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.load_options import LoadOptions
from animator.runs.progress import Progress
from animator.runs.render_run import open_run, render_run
from animator.runs.run import Run
from tests.animator.models.diffusion.network_files.conftest import NetworkFile
from tests.fakes import Make
from tests.opened import open_stable

FRAMES = 4
NAMES = [f"{frame:09d}.png" for frame in range(FRAMES)]
CASES = [
    pytest.param(
        kind, form, marks=() if (kind, form) in (("flux", "fp8"), ("z-image", "Q8_0")) else pytest.mark.slow
    )
    for kind in FLOW_FAMILIES
    for form in ("plain", "fp8", "Q8_0")
]


@pytest.mark.parametrize(("kind", "form"), CASES)
def test_a_film_that_was_stopped_has_the_frames_of_one_that_never_was(
    network_file: NetworkFile,
    options_for: Callable[[str], LoadOptions],
    make_animation: Make,
    tmp_path: Path,
    kind: str,
    form: str,
) -> None:
    film = make_animation(
        frames=FRAMES,
        size=[64, 64],
        prompts={0: "a lake", 2: "a forest"},
        motion={"zoom": 1.05},
        diffusion={"sampler": "Euler", "strength": 0.5, "steps": 4, "cfg_scale": 3, "seed": 7},
    )

    def draw(name: str, *, stops: bool = False, resume: bool = False) -> list[bytes]:
        def watch(progress: Progress) -> None:
            if stops and progress.done == 2:
                raise KeyboardInterrupt

        path = str(network_file(kind, form))
        diffuser = open_stable(path, torch.device("cpu"), options_for(kind))  # as another process would
        opened = open_run(film, tmp_path / name, resume=True) if resume else Run.create(tmp_path / name, film)
        with opened as run:
            render_run(run, diffuser=diffuser, device="cpu", progress=watch)
        return [(tmp_path / name / "frames" / frame).read_bytes() for frame in NAMES]

    whole = draw("whole")
    with pytest.raises(KeyboardInterrupt):
        draw("stopped", stops=True)
    assert draw("stopped", resume=True) == whole and len(set(whole)) == FRAMES
