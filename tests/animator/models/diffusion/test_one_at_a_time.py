"""Threads that share a diffuser take turns."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.fake import FakeDiffuser
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import Diffuser, GenerationRequest
from animator.models.diffusion.stable import open_diffuser
from animator.runs.render_run import render_run
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.animator.models.diffusion import lora_files
from tests.fakes import Make


class MergesThenGenerates:
    """Diffuser that keeps the prompt as its state while it generates, as a model keeps its LoRA files."""

    def __init__(self) -> None:
        self._prompt = ""

    def generate(self, request: GenerationRequest) -> torch.Tensor:
        self._prompt = request.prompt.positive
        time.sleep(0.002)
        assert self._prompt == request.prompt.positive, "another thread has changed the model"
        return FakeDiffuser().generate(request)


def in_threads(*works: Callable[[], object]) -> list[BaseException]:
    """Runs functions in threads at once and returns their errors."""
    errors: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 (handed to the test)
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.parametrize("redo", [{}, {"diffusion_redo": 2}, {"optical_flow_redo_generation": "DIS Fine"}])
def test_two_films_on_one_diffuser_do_not_mix(
    make_animation: Make, tmp_path: Path, redo: dict[str, object]
) -> None:
    films = [make_animation(name=name, prompts=name, diffusion={"seed": 7, **redo}) for name in ("a", "b")]
    shared = MergesThenGenerates()

    def rendering(film: Animation) -> Callable[[], object]:
        return lambda: render_run(film, tmp_path / film.name, diffuser=shared, device="cpu")

    assert in_threads(*map(rendering, films)) == []
    for film in films:
        alone = list(render(Timeline(film), build_pipeline(film, FakeDiffuser())))
        for frame in alone:
            with Image.open(tmp_path / film.name / "frames" / f"{frame.plan.frame:09d}.png") as image:
                assert np.array_equal(np.asarray(image), frame.pixels)


@pytest.fixture(scope="module")
def with_loras(tmp_path_factory: pytest.TempPathFactory) -> Diffuser:
    """The built-in model, with two LoRA files in its folders."""
    from animator.models.diffusion.checkpoints.find import find_checkpoint
    from animator.models.diffusion.load_pipeline import load_pipeline

    folder = tmp_path_factory.mktemp("loras")
    pipeline = load_pipeline(find_checkpoint("starter"), LoadOptions(), torch.device("cpu"))
    for seed, name in enumerate(("one", "two")):
        lora_files.kohya(lora_files.factors(pipeline, seed), folder / f"{name}.safetensors", alpha=4)
    return open_diffuser("starter", "cpu", LoadOptions(Library((folder,))))


def test_two_threads_with_different_loras_get_the_images_of_each(
    with_loras: Diffuser, make_animation: Make
) -> None:
    films = [
        make_animation(frames=4, prompts=f"a lake <lora:{name}:0.8>", diffusion={"seed": 7, "steps": 2})
        for name in ("one", "two")
    ]

    def rendered(film: Animation) -> list[torch.Tensor]:
        return [frame.image for frame in render(Timeline(film), build_pipeline(film, with_loras))]

    alone = [rendered(film) for film in films]
    assert not torch.equal(alone[0][-1], alone[1][-1])
    at_once: dict[int, list[torch.Tensor]] = {}
    works = [lambda number=number: at_once.update({number: rendered(films[number])}) for number in (0, 1)]
    assert in_threads(*works) == []
    for number in (0, 1):
        assert all(map(torch.equal, at_once[number], alone[number]))
