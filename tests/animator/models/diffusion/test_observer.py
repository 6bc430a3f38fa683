"""Watching a generation: each step once, previews, and an end before the last step."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from animator.images.image import Image8, from_uint8, to_uint8
from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.flow_matching.engine import FlowEngine
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.observer import EnoughSteps, GenerationStopped, Preview
from animator.models.diffusion.preview import factors_of, latent_preview
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


def test_a_preview_of_zeros_is_the_bias_of_its_family(opened: Opened) -> None:
    engine = opened("sd3").engine()
    assert isinstance(engine, FlowEngine)
    preview = latent_preview(torch.zeros(1, 16, 2, 3), factors_of("sd3", engine.autoencoder))
    gray = to_uint8(torch.tensor([0.2394, 0.2135, 0.1925])[:, None, None] / 2 + 0.5)
    assert preview.shape == (2, 3, 3) and (preview == gray).all()


@pytest.mark.parametrize("kind", ["qwen-image", "flux2", "sana"])
def test_previews_of_latents_without_published_factors_are_fitted_to_their_vae(
    opened: Opened, request_: GenerationRequest, kind: str
) -> None:
    watcher = Watcher()
    opened(kind).generate(replace(request_, observer=watcher))
    assert len(watcher.previews) == 3 and len({preview.tobytes() for preview in watcher.previews}) > 1


def test_factors_of_a_linear_decoder_are_found_again() -> None:
    """A VAE that decodes each latent pixel to one color has exactly these factors."""
    colors = torch.tensor([[0.5, -0.2, 0.1], [0.0, 0.3, 0.4]])

    class Linear:
        device = torch.device("cpu")
        dtype = torch.float32
        config = SimpleNamespace(latent_channels=2, block_out_channels=(1, 1), scaling_factor=1.0)

        def decode(self, latent: Tensor, *, return_dict: bool) -> tuple[Tensor]:
            pixels = torch.einsum("nchw,cr->nrhw", latent, colors) + 0.25
            return (pixels.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3),)

    factors = factors_of("unknown", Autoencoder(Linear(), 2))
    assert torch.allclose(torch.tensor(factors.channels), colors, atol=1e-5)
    assert factors.bias == pytest.approx((0.25, 0.25, 0.25), abs=1e-5)
