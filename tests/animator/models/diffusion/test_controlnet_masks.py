"""Where a ControlNet guides, and guess mode, against diffusers' own pipeline."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.inpaint import Inpainting
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import Control, GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from tests.animator.models.diffusion.by_diffusers import asked_alike, drawn_by_diffusers
from tests.opened import open_stable

IMAGE = torch.rand((3, 64, 64), generator=torch.Generator().manual_seed(11))
LEFT = torch.cat([torch.ones(1, 64, 32), torch.zeros(1, 64, 32)], dim=2)


@pytest.fixture(scope="module")
def diffuser(folder_of: Callable[[str], Path], nets: Path) -> StableDiffuser:
    return open_stable(str(folder_of("sd1")), torch.device("cpu"), LoadOptions(Library((nets,))))


@pytest.fixture
def generate(diffuser: StableDiffuser, request_: GenerationRequest) -> Callable[..., Tensor]:
    """Generates with one ControlNet, or none, and with a changed request if given."""

    def generated(*controls: Control, **changes: Any) -> Tensor:
        return diffuser.generate(replace(request_, controls=controls, **changes))

    return generated


def control(mask: Tensor | None = None, **more: Any) -> Control:
    return Control(1.0, model="sd1-folder", image=IMAGE, mask=mask, **more)


def test_a_mask_of_ones_is_none_and_one_of_zeros_switches_it_off(generate: Callable[..., Tensor]) -> None:
    everywhere = generate(control())
    assert torch.equal(generate(control(torch.ones(1, 64, 64))), everywhere)
    assert torch.equal(generate(control(torch.zeros(1, 64, 64))), generate())
    assert not torch.equal(everywhere, generate())


def test_a_size_that_is_padded_takes_a_mask_of_its_own_size(generate: Callable[..., Tensor]) -> None:
    sized = {"size": (60, 52), "image": None}
    whole = replace(control(), image=IMAGE[:, :52, :60])
    masked = replace(whole, mask=torch.ones(1, 52, 60))
    assert torch.equal(generate(masked, **sized), generate(whole, **sized))


def test_it_guides_most_inside_its_mask(generate: Callable[..., Tensor]) -> None:
    change = (generate(control(LEFT)) - generate()).abs().mean(dim=(0, 1))
    assert float(change[:24].mean()) > 1.5 * float(change[40:].mean())


def test_masks_are_cropped_with_the_inpainted_area(request_: GenerationRequest) -> None:
    area = torch.zeros(1, 64, 64)
    area[:, 8:24, 40:56] = 1
    asked = replace(request_, image=IMAGE, mask=area, mask_padding=4, controls=(control(LEFT),))
    (cropped,) = Inpainting.of(asked).part.controls
    assert cropped.mask is not None and cropped.mask.shape == (1, 64, 64)
    assert float(cropped.mask.max()) == 0  # the inpainted area lies right of the mask


def test_guess_mode_is_that_of_diffusers(
    diffuser: StableDiffuser, nets: Path, folder_of: Callable[[str], Path], request_: GenerationRequest
) -> None:
    from diffusers import ControlNetModel

    expected = drawn_by_diffusers(
        folder_of("sd1"),
        "sd1",
        ControlNetModel.from_pretrained(nets / "sd1-folder"),
        IMAGE[None],
        request_.seed,
        controlnet_conditioning_scale=0.8,
        guess_mode=True,
    )
    asked = asked_alike(request_, replace(control(control_mode="guess"), weight=0.8))
    assert torch.allclose(diffuser.generate(asked), expected, atol=1e-3)
    balanced = replace(asked, controls=(replace(control(), weight=0.8),))
    assert not torch.allclose(diffuser.generate(balanced), expected, atol=1e-3)
