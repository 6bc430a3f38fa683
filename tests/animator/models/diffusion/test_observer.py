"""Watching a generation: each step once, previews, and an end before the last step."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from animator.images.image import Image8, from_uint8, to_uint8
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.observer import EnoughSteps, GenerationStopped, Preview
from animator.models.diffusion.preview import latent_preview
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.samplers.registry import METHODS
from animator.models.diffusion.stable import StableDiffuser, open_diffuser
from schedules import PromptFrame
from tests.animator.models.diffusion import lora_files, tiny_models
from tests.opened import open_stable

Opened = Callable[[str], StableDiffuser]
OWN_SIGMAS = ("Restart", "DPM fast", "DPM adaptive")


@dataclass(frozen=True)
class Watcher:
    """Observer that keeps the steps and their previews, and stops at a step."""

    stop_at: int = -1
    end: type[GenerationStopped] = GenerationStopped
    steps: list[tuple[int, int]] = field(default_factory=list)
    previews: list[Image8] = field(default_factory=list)

    def step(self, index: int, total: int, preview: Preview) -> None:
        self.steps.append((index, total))
        self.previews.append(preview())
        if index == self.stop_at:
            raise self.end


@pytest.mark.parametrize("kind", ["sd1", "sdxl", "sd3", "flux"])
def test_each_step_is_reported_once_and_changes_nothing(
    opened: Opened, request_: GenerationRequest, kind: str
) -> None:
    watcher = Watcher()
    watched = opened(kind).generate(replace(request_, observer=watcher))
    assert torch.equal(watched, opened(kind).generate(request_))
    assert watcher.steps == [(0, 3), (1, 3), (2, 3)]  # 0.4 of five steps is kept
    assert {preview.shape for preview in watcher.previews} == {(8, 8, 3)}
    assert not np.array_equal(watcher.previews[0], watcher.previews[-1])


@pytest.mark.parametrize("method", sorted(METHODS))
def test_steps_ascend_with_every_sampler(opened: Opened, request_: GenerationRequest, method: str) -> None:
    watcher = Watcher()
    opened("sd1").generate(replace(request_, image=None, steps=6, sampler=method, observer=watcher))
    indices = [index for index, _ in watcher.steps]
    assert indices == sorted(set(indices)) and indices[0] == 0
    if method not in OWN_SIGMAS:
        assert indices == list(range(6))


@pytest.mark.parametrize("kind", ["sd1", "sd3", "flux"])
def test_a_stopped_generation_ends_at_once_and_leaves_the_model_as_it_was(
    folder_of: Callable[[str], Path], request_: GenerationRequest, kind: str
) -> None:
    diffuser = open_stable(str(folder_of(kind)), torch.device("cpu"))
    before = diffuser.generate(request_)
    watcher = Watcher(stop_at=1)
    with pytest.raises(GenerationStopped, match="stopped before the image was finished"):
        diffuser.generate(replace(request_, seed=9, observer=watcher))
    assert [index for index, _ in watcher.steps] == [0, 1]
    assert torch.equal(diffuser.generate(request_), before)


@pytest.mark.parametrize("kind", ["sd1", "sd3", "flux"])
def test_enough_steps_give_the_image_as_it_is_then(
    opened: Opened, request_: GenerationRequest, kind: str
) -> None:
    watcher = Watcher(stop_at=1, end=EnoughSteps)
    early = opened(kind).generate(replace(request_, observer=watcher))
    assert [index for index, _ in watcher.steps] == [0, 1]
    assert early.shape == (3, 64, 64) and bool(early.isfinite().all())
    assert not torch.equal(early, opened(kind).generate(request_))


def test_enough_steps_of_one_image_end_its_batch(opened: Opened, request_: GenerationRequest) -> None:
    watcher = Watcher(stop_at=0, end=EnoughSteps)
    requests = [replace(request_, observer=watcher), replace(request_, seed=9)]
    assert len(opened("sd1").generate_batch(requests)) == 2
    assert watcher.steps == [(0, 3)]


def test_a_stop_takes_lora_and_tiling_along(
    folder_of: Callable[[str], Path], request_: GenerationRequest, tmp_path: Path
) -> None:
    made = lora_files.factors(tiny_models.pipeline("sd1"))
    lora = lora_files.kohya(made, tmp_path / "ink.safetensors", alpha=4)
    diffuser = open_stable(str(folder_of("sd1")), torch.device("cpu"), LoadOptions())
    before = diffuser.generate(request_)
    prompt = PromptFrame(f"a cat <lora:{lora}:0.8>", "")
    with pytest.raises(GenerationStopped):
        diffuser.generate(replace(request_, prompt=prompt, tiling=True, observer=Watcher(stop_at=0)))
    assert torch.equal(diffuser.generate(request_), before)


def test_previews_of_the_built_in_model_look_like_the_image() -> None:
    diffuser = open_diffuser("starter", torch.device("cpu"))
    watcher = Watcher()
    prompt = PromptFrame("snowy mountains with a lake at sunset, clouds", "")
    image = diffuser.generate(
        GenerationRequest(0, (128, 64), None, prompt, 0.0, 8, 3.0, "DPM++ 2M", 12, observer=watcher)
    )
    small = functional.interpolate(image[None], size=(8, 16), mode="area")[0]
    errors = [float((from_uint8(preview) - small).abs().mean()) for preview in watcher.previews]
    assert errors[-1] < 0.03 and errors[0] > 2 * errors[-1]


def test_a_preview_of_zeros_is_the_bias_of_its_family() -> None:
    latent = torch.zeros(1, 16, 2, 3)
    preview = latent_preview(latent, "sd3")
    gray = to_uint8(torch.tensor([0.2394, 0.2135, 0.1925])[:, None, None] / 2 + 0.5)
    assert preview.shape == (2, 3, 3) and (preview == gray).all()
