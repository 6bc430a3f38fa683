"""Requests whose revealed area has a strength of its own: the built-in model and tiny ones."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from animator.models.diffusion.hold import Hold
from animator.models.diffusion.inpaint import inpaint
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from tests.fakes import FunctionDiffuser, Recorder

Opened = Callable[[str], StableDiffuser]


def area(left: int) -> Tensor:
    """The columns of the image from `left` on."""
    return (torch.arange(64).expand(1, 64, 64) >= left).float()


def test_pixels_are_held_until_their_steps_begin() -> None:
    original, denoised = torch.zeros(1, 4, 1, 3), torch.ones(1, 4, 1, 3)
    hold = Hold(original, torch.tensor([[[[1.0, 3.0, 5.0]]]]), 1)
    held = [hold.apply(denoised, left)[0, 0, 0].tolist() for left in (5, 4, 3, 2, 1)]
    assert held == [[0, 0, 1], [0, 0, 1], [0, 1, 1], [0, 1, 1], [1, 1, 1]]


@pytest.mark.parametrize(("strength", "revealed_strength"), [(0.4, 0.0), (0.4, 0.2), (0.2, 0.6)])
def test_the_lowest_strength_tells_the_steps(
    request_: GenerationRequest, strength: float, revealed_strength: float
) -> None:
    both = replace(
        request_, steps=10, strength=strength, revealed=area(32), revealed_strength=revealed_strength
    )
    alone = replace(request_, steps=10, strength=min(strength, revealed_strength))
    assert both.steps_run == alone.steps_run


@pytest.mark.parametrize("kind", ["sd1", "sdxl", "sd1-inpaint"])
@pytest.mark.parametrize("sampler", ["Euler", "Heun", "Euler a", "DPM++ 2M Karras"])
def test_what_is_revealed_everywhere_is_generated_with_its_own_strength(
    opened: Opened, request_: GenerationRequest, kind: str, sampler: str
) -> None:
    request = replace(request_, sampler=sampler, strength=0.6)
    both = opened(kind).generate(replace(request, revealed=area(0), revealed_strength=0.2))
    alone = opened(kind).generate(replace(request, strength=0.2))
    assert torch.allclose(both, alone, atol=1e-4)


@pytest.mark.parametrize("kind", ["sd1", "sdxl", "sd1-inpaint"])
def test_the_rest_begins_as_an_image_of_its_strength_would(
    opened: Opened, request_: GenerationRequest, kind: str
) -> None:
    both = opened(kind).generate(replace(request_, revealed=area(64), revealed_strength=0.0))
    assert torch.allclose(both, opened(kind).generate(request_), atol=1e-3)


@pytest.mark.parametrize("sampler", ["Euler", "Euler a", "DPM++ 2M", "DPM++ SDE", "DDIM", "UniPC"])
def test_what_lay_in_the_area_before_hardly_matters(
    opened: Opened, request_: GenerationRequest, sampler: str
) -> None:
    request = replace(request_, sampler=sampler, strength=0.8, steps=10, revealed=area(32))
    generated = opened("sd1").generate(request)
    other = opened("sd1").generate(replace(request, image=_changed_right(request.image)))
    assert torch.isfinite(generated).all()
    assert (generated - other).abs().mean() < 0.1


def _changed_right(image: Tensor | None) -> Tensor:
    assert image is not None
    return torch.where(area(32) == 1, 1.0 - image, image)


def test_an_inpainting_checkpoint_sees_the_area_until_the_rest_begins(
    opened: Opened, request_: GenerationRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    diffuser = opened("sd1-inpaint")
    masks: list[float] = []
    unet = diffuser.engine().model.unet  # type: ignore[attr-defined]
    forward = unet.forward

    def spy(sample: Tensor, *args: object, **kwargs: object) -> object:
        masks.append(float(sample[0, 4].mean()))
        return forward(sample, *args, **kwargs)

    monkeypatch.setattr(unet, "forward", spy)
    diffuser.generate(replace(request_, strength=0.6, revealed=area(32)))
    assert masks == pytest.approx([0.5] * 3 + [1.0] * 2)


def test_the_area_is_cropped_with_the_mask(request_: GenerationRequest) -> None:
    mask = area(24) * area(24).mT
    painter = Recorder(FunctionDiffuser(lambda request: torch.zeros(3, 64, 64)))
    inpaint(painter.generate, replace(request_, mask=mask, mask_padding=0, revealed=area(32)))
    (asked,) = painter.asked
    assert asked.revealed is not None and asked.revealed.mean() == pytest.approx(32 / 40, abs=0.02)
