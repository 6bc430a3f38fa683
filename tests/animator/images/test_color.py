from collections.abc import Callable

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from animator.images import opencv
from animator.images.color import Coherence, grayscale, match_color, match_palette, palette_of
from animator.images.colorspace import hsv_from_rgb, lab_from_rgb

SPACES = pytest.mark.parametrize("space", [Coherence.LAB, Coherence.HSV, Coherence.RGB])
INTO: dict[Coherence, Callable[[Tensor], Tensor]] = {
    Coherence.LAB: lab_from_rgb,
    Coherence.HSV: hsv_from_rgb,
    Coherence.RGB: torch.clone,
}


@SPACES
def test_every_size_keeps_its_size_and_range(any_size: Tensor, image: Tensor, space: Coherence) -> None:
    matched = match_color(any_size, image, space)
    assert matched.shape == any_size.shape
    assert matched.isfinite().all()
    assert matched.min() >= 0.0
    assert matched.max() <= 1.0


def test_none_returns_the_image_itself(image: Tensor) -> None:
    assert match_color(image, 1 - image, Coherence.NONE) is image


@SPACES
def test_matching_to_itself_changes_nothing_however_often(image: Tensor, space: Coherence) -> None:
    last = image
    for _ in range(200):
        last = match_color(last, image, space)
    # A round trip through LAB costs up to 1e-5; a tenth of a level is left of 200.
    assert (last - image).abs().max() < 0.1 / 255


@SPACES
def test_the_image_gets_the_histogram_of_the_reference(
    space: Coherence, make_image: Callable[..., Tensor]
) -> None:
    image = make_image(96, 128, seed=1) * 0.4 + 0.1
    reference = make_image(70, 90, seed=2) * 0.4 + 0.4
    matched = INTO[space](match_color(image, reference, space))
    wanted = INTO[space](reference)
    shares = torch.linspace(0.05, 0.95, 19)
    for ours, theirs in zip(matched, wanted, strict=True):
        difference = torch.quantile(ours.flatten(), shares) - torch.quantile(theirs.flatten(), shares)
        # Colors that RGB cannot show are clipped, which shows in LAB and HSV only.
        assert difference.abs().mean() < (0.002 if space is Coherence.RGB else 0.02)


def test_order_of_values_is_kept(make_image: Callable[..., Tensor]) -> None:
    image, reference = make_image(64, 64, seed=3), make_image(64, 64, seed=4)
    matched = match_color(image, reference, Coherence.RGB)
    for before, after in zip(image.flatten(1), matched.flatten(1), strict=True):
        steps = after[before.argsort()].diff()
        assert steps.min() > -1 / 2048  # half a bin of 1/4096 to either side


def test_an_8_bit_reference_does_not_band_the_image(make_image: Callable[..., Tensor]) -> None:
    ramp = torch.linspace(0.1, 0.6, 4096).repeat(3, 4, 1)
    coarse = make_image(128, 128).mul(63).round().div(63)  # 64 levels
    matched = match_color(ramp, coarse, Coherence.RGB)
    assert np.unique(matched[0, 0].numpy()).size > 2000


@SPACES
def test_a_flat_image_takes_the_middle_of_the_reference(image: Tensor, space: Coherence) -> None:
    flat = torch.full((3, 32, 32), 0.7)
    matched = INTO[space](match_color(flat, image, space))
    median = INTO[space](image).flatten(1).median(1).values
    assert matched.flatten(1).std(1).max() < 1e-5
    if space is Coherence.RGB:
        torch.testing.assert_close(matched[:, 0, 0], median, atol=2e-3, rtol=0)


def test_a_flat_reference_makes_the_image_flat(image: Tensor) -> None:
    reference = torch.tensor([0.2, 0.5, 0.8]).view(3, 1, 1).expand(3, 16, 16)
    matched = match_color(image, reference, Coherence.LAB)
    # Each of the three channels stops a bin, 1/4096 of its range, short: together up to 1.3 levels in RGB.
    torch.testing.assert_close(matched, reference[:, :1, :1].expand_as(image), atol=1.5 / 255, rtol=0)


def test_a_palette_is_made_once_and_used_often(image: Tensor) -> None:
    palette = palette_of(1 - image, Coherence.LAB)
    kept = palette.quantiles.clone()
    first, again = match_palette(image, palette), match_palette(image, palette)
    assert torch.equal(first, again)
    assert torch.equal(palette.quantiles, kept)
    assert torch.equal(first, match_color(image, 1 - image, Coherence.LAB))


@SPACES
def test_neither_image_is_changed(image: Tensor, space: Coherence) -> None:
    reference = 1 - image
    before = image.clone(), reference.clone()
    match_color(image, reference, space)
    assert torch.equal(image, before[0])
    assert torch.equal(reference, before[1])


def test_not_a_number_does_not_crash(image: Tensor) -> None:
    broken = image.clone()
    broken[:, 3, 3] = torch.nan
    assert match_color(broken, image, Coherence.LAB).shape == image.shape


@SPACES
def test_a_version_of_opencv_without_large_tables_gives_the_same_values(
    image: Tensor, space: Coherence, monkeypatch: pytest.MonkeyPatch
) -> None:
    palette, extremes = palette_of(1 - image, space), torch.tensor([-torch.inf, -9.0, 9.0, 1e30, torch.nan])
    image[:, 0, :5] = extremes
    matched = match_palette(image, palette)
    monkeypatch.setattr(opencv, "looks_up_16_bits", lambda: False)
    assert torch.equal(match_palette(image, palette)[:, 1:], matched[:, 1:])


def test_opencv_is_asked_whether_it_takes_large_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise cv2.error("total() == 256")

    monkeypatch.setattr(cv2, "LUT", refuse)
    assert not opencv.looks_up_16_bits.__wrapped__()


def test_grayscale() -> None:
    gray = grayscale(torch.tensor([1.0, 0.0, 0.0]).view(3, 1, 1))
    torch.testing.assert_close(gray, torch.full((3, 1, 1), 0.299))


def grays() -> Tensor:
    """An image (3, 64, 64) that has every one of 4096 grays once, each in the middle of its bin."""
    return ((torch.arange(4096) + 0.5) / 4096).view(1, 64, 64).repeat(3, 1, 1)


@pytest.mark.parametrize(("pixels", "stays"), [(1, True), (2, True), (8, False)])
def test_a_pixel_or_two_are_no_reason_to_move_the_others(pixels: int, stays: bool) -> None:
    reference = grays()
    reference[:, 0, :pixels] = 1.0  # the darkest pixels have become white
    matched = match_color(grays(), reference, Coherence.RGB)
    assert torch.equal(matched[:, 8:56], grays()[:, 8:56]) is stays
