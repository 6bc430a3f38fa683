"""The built-in model through the code path of any checkpoint folder."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.samplers.registry import METHODS
from animator.models.diffusion.stable import StableDiffuser
from schedules import PromptFrame
from tests.opened import open_stable

CPU = torch.device("cpu")
LAKE = PromptFrame("a lake with mountains at night, aurora", "", ())
BASE = GenerationRequest(
    frame=0,
    size=(64, 64),
    image=None,
    prompt=LAKE,
    strength=0.5,
    steps=4,
    cfg_scale=3,
    sampler="DPM++ 2M",
    seed=1,
)


@pytest.fixture(scope="module")
def diffuser() -> StableDiffuser:
    return open_stable("starter", CPU)


def test_images_are_repeatable_and_in_range(diffuser: StableDiffuser) -> None:
    image = diffuser.generate(BASE)
    assert image.shape == (3, 64, 64) and image.dtype == torch.float32
    assert 0 <= float(image.min()) < float(image.max()) <= 1
    assert torch.equal(image, diffuser.generate(BASE))


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 2},
        {"cfg_scale": 1.0},
        {"steps": 7},
        {"sampler": "Euler a"},
        {"prompt": PromptFrame("desert dunes at sunset", "", ())},
        {"prompt": PromptFrame(LAKE.positive, "blue", ())},
    ],
    ids=lambda other: next(iter(other)),
)
def test_every_control_acts(diffuser: StableDiffuser, other: dict[str, Any]) -> None:
    assert float((diffuser.generate(BASE) - diffuser.generate(replace(BASE, **other))).abs().mean()) > 1e-3


def test_prompts_give_their_colors(diffuser: StableDiffuser) -> None:
    """The model knows its words: night is blue and dark, a desert at sunset is warm and bright."""
    at_256 = replace(BASE, size=(256, 256), steps=6)
    night = diffuser.generate(at_256).mean((1, 2))
    desert = diffuser.generate(replace(at_256, prompt=PromptFrame("desert dunes at sunset", "", ()))).mean(
        (1, 2)
    )
    assert night[2] > night[0] and desert[0] > desert[2] and desert.mean() > night.mean() + 0.1


def test_more_strength_keeps_more(diffuser: StableDiffuser) -> None:
    start = diffuser.generate(replace(BASE, size=(128, 128), seed=9))
    asked = replace(BASE, size=(128, 128), image=start, steps=10)
    distances = [
        float((diffuser.generate(replace(asked, strength=s)) - start).abs().mean()) for s in (0.2, 0.5, 0.9)
    ]
    assert distances == sorted(distances, reverse=True)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("strength", [0.1, 0.5, 0.97])
def test_every_sampler_works_at_every_strength(diffuser: StableDiffuser, name: str, strength: float) -> None:
    start = torch.full((3, 64, 64), 0.5)
    start[:, 20:40] = 0.3
    generated = diffuser.generate(
        replace(BASE, sampler=f"{name} Karras", strength=strength, image=start, steps=5)
    )
    assert generated.shape == start.shape and float(generated.std()) > 0.02
