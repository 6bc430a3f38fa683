"""`cfg_rescale` of flow-matching models: the contrast of the velocity, as diffusers' guiders compute it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from torch import Tensor

from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.flow_matching import guided as guidance
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.tuning import GuidanceTuning
from schedules import PromptFrame

Opened = Callable[[str], StableDiffuser]
BY_INPUT = ("flux2",)
"""Families that make no second prediction."""
GUIDED = tuple(kind for kind in FLOW_FAMILIES if kind not in BY_INPUT)


def guided(request: GenerationRequest, rescale: float = 0.0, **change: Any) -> GenerationRequest:
    """A request that is guided by its negative prompt, with a share of the contrast brought back."""
    return replace(request, guidance=GuidanceTuning(rescale=rescale, distilled=2.0), **change)


def away(one: Tensor, other: Tensor) -> float:
    """How far two images are from each other, at most."""
    return float((one - other).abs().max())


@pytest.mark.parametrize("kind", GUIDED)
def test_all_of_it_gives_the_contrast_of_the_prompt_alone(
    opened: Opened, request_: GenerationRequest, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    seen: list[tuple[Tensor, ...]] = []
    of = guidance.with_contrast_of

    def watched(own: Tensor, denoised: Tensor, noised: Tensor, share: float) -> Tensor:
        made = of(own, denoised, noised, share)
        seen.append((noised - own, noised - denoised, noised - made))
        return made

    monkeypatch.setattr(guidance, "with_contrast_of", watched)
    opened(kind).generate(guided(request_, 0.6))
    from diffusers.guiders.guider_utils import rescale_noise_cfg

    assert seen
    for own, before, after in seen:
        assert away(after, rescale_noise_cfg(before, own, 0.6)) < 2e-6
        assert away(after, before) > 1e-6


@pytest.mark.parametrize("kind", GUIDED)
def test_it_begins_at_the_image_without_it(opened: Opened, request_: GenerationRequest, kind: str) -> None:
    asked = guided(request_, prompt=PromptFrame("a red cat AND a dog :0.5", "blurry"))
    without = opened(kind).generate(asked)
    assert away(opened(kind).generate(guided(asked, 1e-9)), without) < 1e-5
    assert away(opened(kind).generate(guided(asked, 1.0)), without) > 1e-6


@pytest.mark.parametrize("kind", ["z-image", "qwen-image"])
def test_it_begins_at_the_image_without_it_while_prompts_morph(
    opened: Opened, request_: GenerationRequest, kind: str
) -> None:
    blend = (("a red cat", "dull", 0.5), ("a blue dog", "dark", 0.5))
    asked = guided(request_, prompt=PromptFrame("a red cat", "dull", blend))
    without = opened(kind).generate(asked)
    assert away(opened(kind).generate(guided(asked, 1e-9)), without) < 1e-5
