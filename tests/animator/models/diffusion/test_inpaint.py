"""Inpainting: at full size, with each fill, with matched colors."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from animator.images.colorspace import lab_from_rgb
from animator.images.inpaint import fill_smoothly
from animator.models.diffusion.inpaint import Box, inpaint, match_hue, padded_box
from animator.models.diffusion.request import Control, GenerationRequest
from schedules import PromptFrame
from tests.fakes import FunctionDiffuser, Recorder

IMAGE = torch.rand((3, 64, 96), generator=torch.Generator().manual_seed(1))


def painted(request: GenerationRequest) -> Tensor:
    """Generates flat gray inside the request's mask."""
    gray = torch.full((3, request.size[1], request.size[0]), 0.25)
    if request.image is None or request.mask is None:
        return gray
    return request.image.lerp(gray, request.mask)


def masked(top: int, left: int, bottom: int, right: int) -> Tensor:
    mask = torch.zeros(1, 64, 96)
    mask[:, top:bottom, left:right] = 1
    return mask


@pytest.fixture
def request_() -> GenerationRequest:
    return GenerationRequest(3, (96, 64), IMAGE, PromptFrame("a", ""), 0.5, 4, 7.0, "Euler", 5)


def test_a_small_mask_is_inpainted_at_full_resolution(request_: GenerationRequest) -> None:
    painter = Recorder(FunctionDiffuser(painted))
    mask = masked(20, 30, 36, 54)
    generated = inpaint(painter.generate, replace(request_, mask=mask, mask_padding=4))
    (asked,) = painter.asked
    assert asked.size == (96, 64) and asked.image is not None and asked.image.shape == (3, 64, 96)
    assert asked.mask is not None and asked.mask.mean() == pytest.approx(16 * 24 / (24 * 36), abs=0.05)
    assert torch.equal(generated[:, mask[0] == 0], IMAGE[:, mask[0] == 0])
    assert generated[:, 24:32, 34:50].sub(0.25).abs().max() < 0.02


def test_control_images_are_cropped_with_the_mask(request_: GenerationRequest) -> None:
    painter = Recorder(FunctionDiffuser(painted))
    controls = (Control(1.0, image=IMAGE), Control(1.0))
    mask = masked(20, 30, 36, 54)
    inpaint(painter.generate, replace(request_, mask=mask, mask_padding=4, controls=controls))
    (asked,) = painter.asked
    (seen,) = (control.image for control in asked.controls if control.image is not None)
    assert asked.image is not None and torch.equal(seen, asked.image)
    assert not torch.equal(seen, IMAGE)


def test_without_padding_the_whole_image_is_generated(request_: GenerationRequest) -> None:
    painter = Recorder(FunctionDiffuser(painted))
    inpaint(painter.generate, replace(request_, mask=masked(20, 30, 36, 54)))
    assert painter.asked[0].image is IMAGE


@pytest.mark.parametrize(
    ("mask", "padding", "box"),
    [
        (masked(20, 30, 36, 54), 0, Box(30, 20, 54, 36)),
        (masked(20, 30, 36, 54), 4, Box(24, 16, 60, 40)),
        (masked(0, 0, 8, 8), 0, Box(0, 0, 12, 8)),
        (masked(56, 90, 64, 96), 2, Box(81, 54, 96, 64)),
        (masked(0, 0, 64, 10), 0, Box(0, 0, 96, 64)),
    ],
)
def test_the_box_keeps_the_images_aspect_ratio(mask: Tensor, padding: int, box: Box) -> None:
    assert padded_box(mask, padding, (mask.shape[2], mask.shape[1])) == box


def test_a_blank_mask_generates_nothing(request_: GenerationRequest) -> None:
    painter = Recorder(FunctionDiffuser(painted))
    generated = inpaint(painter.generate, replace(request_, mask=torch.zeros(1, 64, 96)))
    assert generated is IMAGE and not painter.asked


def test_fill_takes_the_colors_around_the_mask() -> None:
    halves = torch.zeros(3, 64, 96)
    halves[0, :, :48], halves[2, :, 48:] = 1, 1
    filled = fill_smoothly(halves, masked(16, 8, 48, 88))
    assert filled[0, 32, 14] > 0.8 and filled[2, 32, 82] > 0.8
    assert torch.equal(filled[:, :16], halves[:, :16])
    assert fill_smoothly(halves, torch.ones(1, 64, 96)).sub(0.5).abs().max() < 1e-6


def test_colors_are_taken_over_but_not_lightness() -> None:
    reference = torch.stack([torch.full((64, 96), level) for level in (0.6, 0.3, 0.2)])
    changed, before = lab_from_rgb(match_hue(IMAGE * 0.5 + 0.25, reference)), IMAGE * 0.5 + 0.25
    assert (changed[0] - lab_from_rgb(before)[0]).abs().mean() < 0.02
    assert (changed[1:].mean((1, 2)) - lab_from_rgb(reference)[1:].mean((1, 2))).abs().max() < 0.02


def test_a_seed_below_zero_belongs_to_the_frame(request_: GenerationRequest) -> None:
    painter = Recorder(FunctionDiffuser(painted))
    for frame in (1, 2, 1):
        inpaint(painter.generate, replace(request_, seed=-1, frame=frame))
    first, second, again = (request.seed for request in painter.asked)
    assert first == again != second and first >= 0


def test_an_image_of_another_size_keeps_it_and_its_part_has_the_size_and_ratio_asked_for(
    request_: GenerationRequest,
) -> None:
    painter = Recorder(FunctionDiffuser(painted))
    mask = masked(20, 30, 36, 54)
    wide = replace(request_, image=IMAGE, mask=mask, mask_padding=0, size=(48, 48), fill="fill")
    image = inpaint(painter.generate, wide)
    (asked,) = painter.asked
    assert padded_box(mask, 0, (48, 48)) == Box(30, 16, 54, 40)
    assert asked.image is not None and asked.image.shape == (3, 48, 48) and image.shape == IMAGE.shape
    assert torch.equal(image[:, :16], IMAGE[:, :16]) and not torch.equal(image, IMAGE)
    assert (asked.mask_padding, asked.fill) == (None, "original"), "so that nothing is done twice"
