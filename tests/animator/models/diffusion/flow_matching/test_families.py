"""Every family of flow-matching models draws what its own pipeline draws, and follows every control."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.flow_matching.engine import FlowEngine
from animator.models.diffusion.flow_matching.network import pack
from animator.models.diffusion.flow_matching.schedule import flow_scheduler
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.samplers.latent_noise import LatentNoise
from animator.models.diffusion.stable import StableDiffuser
from schedules import PromptFrame
from tests.animator.models.diffusion.tiny_models import pipeline

Opened = Callable[[str], StableDiffuser]
CPU = torch.device("cpu")
FAMILIES = tuple(FLOW_FAMILIES)
UNGUIDED = ("flux", "flux2")
"""Families that take the guidance scale as an input, here."""


def engine_of(opened: Opened, kind: str) -> FlowEngine:
    engine = opened(kind).engine()
    assert isinstance(engine, FlowEngine)
    return engine


def by_its_own_pipeline(engine: FlowEngine, kind: str, asked: GenerationRequest) -> Tensor:
    """The image that diffusers' pipeline of the same weights draws from the same noise."""
    family, own = FLOW_FAMILIES[kind], pipeline(kind)
    own.scheduler = flow_scheduler(own.scheduler)
    own.set_progress_bar_config(disable=True)
    noise = LatentNoise.of(asked.seed, engine.autoencoder.latent_shape(asked.size), CPU).draw()
    scale = "true_cfg_scale" if kind == "qwen-image" else "guidance_scale"
    arguments: dict[str, Any] = {scale: asked.cfg_scale - (family.guidance == "added")}
    if "negative_prompt" in inspect.signature(type(own).__call__).parameters and kind not in UNGUIDED:
        arguments["negative_prompt"] = asked.prompt.negative
    width, height = asked.size
    drawn = own(
        prompt=asked.prompt.positive,
        latents=pack(noise, family),
        width=width,
        height=height,
        num_inference_steps=asked.steps,
        output_type="pt",
        **{**family.arguments, **arguments},
    )
    return torch.as_tensor(drawn.images[0])


@pytest.mark.parametrize("kind", FAMILIES)
def test_each_family_draws_what_its_own_pipeline_draws(
    opened: Opened, request_: GenerationRequest, kind: str
) -> None:
    negative = "" if kind == "flux2-klein" else "blurry"  # its pipeline takes no negative prompt
    asked = replace(request_, image=None, prompt=PromptFrame("a red cat", negative), size=(64, 96))
    drawn = opened(kind).generate(asked)
    expected = by_its_own_pipeline(engine_of(opened, kind), kind, asked)
    assert float(expected.std()) > 0.01
    # The order of sums differs: ours steps in float32 outside of the pipeline.
    assert torch.allclose(drawn, expected, atol=1e-4)


def change_of(opened: Opened, kind: str, asked: GenerationRequest, **change: Any) -> float:
    return float(
        (opened(kind).generate(replace(asked, **change)) - opened(kind).generate(asked)).abs().mean()
    )


CHANGES: Mapping[str, Mapping[str, Any]] = {
    "the prompt": {"prompt": PromptFrame("a blue dog in the snow", "blurry")},
    "the seed": {"seed": 4},
    "the strength": {"strength": 0.41},
    "the steps": {"steps": 6},
    "the scale": {"cfg_scale": 6.0},
    "the sampler": {"sampler": "Heun"},
    "AND": {"prompt": PromptFrame("a red cat on a mat AND a blue dog :0.5", "blurry")},
    "an edit": {"prompt": PromptFrame("a red [cat:dog:0.5] on a mat", "blurry")},
    "the subseed": {"subseed": 5, "subseed_strength": 0.5},
    "the noise": {"noise_multiplier": 1.1},
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("kind", FAMILIES)
def test_each_control_acts(opened: Opened, request_: GenerationRequest, kind: str, what: str) -> None:
    assert change_of(opened, kind, request_, **CHANGES[what]) > 1e-6


@pytest.mark.parametrize("kind", [kind for kind in FAMILIES if kind not in UNGUIDED])
def test_the_negative_prompt_acts_with_guidance_only(
    opened: Opened, request_: GenerationRequest, kind: str
) -> None:
    other = {"prompt": replace(request_.prompt, negative="a dark and empty street")}
    assert change_of(opened, kind, request_, **other) > 1e-6
    assert change_of(opened, kind, replace(request_, cfg_scale=1.0), **other) == 0


@pytest.mark.parametrize("kind", FAMILIES)
def test_a_mask_keeps_what_it_leaves_out(opened: Opened, request_: GenerationRequest, kind: str) -> None:
    mask = torch.zeros(1, 64, 64)
    mask[:, :, 32:] = 1
    drawn = opened(kind).generate(replace(request_, mask=mask))
    assert request_.image is not None
    assert torch.equal(drawn[:, :, :32], request_.image[:, :, :32])
    assert float((drawn[:, :, 32:] - request_.image[:, :, 32:]).abs().mean()) > 0.01


@pytest.mark.parametrize("kind", FAMILIES)
def test_revealed_areas_are_drawn_with_a_strength_of_their_own(
    opened: Opened, request_: GenerationRequest, kind: str
) -> None:
    revealed = torch.zeros(1, 64, 64)
    revealed[:, :, :32] = 1
    asked = replace(request_, strength=0.8, revealed=revealed, revealed_strength=0.8)
    assert change_of(opened, kind, asked, revealed_strength=0.0) > 1e-4


@pytest.mark.parametrize("kind", ["z-image", "flux", "flux2"])
@pytest.mark.parametrize("strength", [0.0, 0.4, 0.6])
def test_what_is_revealed_everywhere_is_drawn_as_an_image_of_its_strength(
    opened: Opened, request_: GenerationRequest, kind: str, strength: float
) -> None:
    asked = replace(request_, steps=4, strength=0.7, revealed=torch.ones(1, 64, 64))
    both = opened(kind).generate(replace(asked, revealed_strength=strength))
    assert torch.equal(both, opened(kind).generate(replace(asked, strength=strength, revealed=None)))


@pytest.mark.parametrize("kind", ["z-image", "flux"])
def test_the_rest_moves_smoothly_with_its_strength(
    opened: Opened, request_: GenerationRequest, kind: str
) -> None:
    """With steps of four, each strength in the middle of one has an image between those of its ends."""
    revealed = torch.zeros(1, 64, 64)
    revealed[:, :, :16] = 1

    def of(strength: float) -> Tensor:
        asked = replace(request_, steps=4, strength=strength, revealed=revealed, revealed_strength=0.0)
        return opened(kind).generate(asked)

    away = [float((of(0.25 + part / 40) - of(0.25)).abs().mean()) for part in (0, 2, 5, 8, 10)]
    assert away == sorted(away) and away[0] < away[1] < away[2] < away[3] < away[4]
    nowhere = replace(request_, steps=4, strength=0.5, revealed=torch.zeros(1, 64, 64))
    held = opened(kind).generate(nowhere)
    assert torch.allclose(held, opened(kind).generate(replace(nowhere, revealed=None)), atol=1e-4)


@pytest.mark.parametrize("kind", ["z-image", "qwen-image", "flux", "krea2"])
def test_prompts_that_morph_begin_and_end_at_the_prompts(
    opened: Opened, request_: GenerationRequest, kind: str
) -> None:
    one, two = ("a red cat", "dull"), ("a blue dog in the snow at night", "dark")

    def between(share: float) -> Tensor:
        blend = ((*one, 1 - share), (*two, share))
        return opened(kind).generate(replace(request_, prompt=PromptFrame(*one, blend)))

    alone = [opened(kind).generate(replace(request_, prompt=PromptFrame(*prompt))) for prompt in (one, two)]
    assert torch.allclose(between(0.0), alone[0], atol=1e-5)
    assert torch.allclose(between(1.0), alone[1], atol=1e-5)
    assert not torch.allclose(between(0.5), alone[0], atol=1e-5)
