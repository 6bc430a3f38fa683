"""Images along the optical flow."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from animator.film.interpolation.base import FrameInterpolator, interpolate
from animator.film.interpolation.flow import FlowInterpolator, splat
from animator.images.image import Image8, from_uint8, to_uint8
from animator.images.inpaint import fill_from_coarse
from animator.models.flow.opencv import Dis
from tests.animator.film.clips import moving_disc, psnr, texture

FLOW = FlowInterpolator(Dis())


def cross_fade(first: Tensor, second: Tensor, times: tuple[float, ...]) -> Iterator[Tensor]:
    return (torch.lerp(first, second, time) for time in times)


def left_out(clip: list[Image8], between: FrameInterpolator) -> float:
    """Returns the mean PSNR of every second image, made of its neighbors."""
    found = []
    for first in range(0, len(clip) - 2, 2):
        ends = from_uint8(clip[first]), from_uint8(clip[first + 2])
        (made,) = between(*ends, (0.5,))
        found.append(psnr(to_uint8(made), clip[first + 1]))
    return float(np.mean(found))


def test_dropped_images_come_back_far_better_than_by_a_fade() -> None:
    clip = moving_disc(frames=9)
    faded, flown = left_out(clip, cross_fade), left_out(clip, FLOW)
    assert faded < 29 and flown > faded + 6  # 28.1 and 36.7 dB over the whole clip


def test_every_moment_is_where_it_belongs() -> None:
    ground = texture(160, 3)
    clip = [np.ascontiguousarray(ground[20:116, 4 * step : 4 * step + 96]) for step in range(5)]
    made = list(FLOW(from_uint8(clip[0]), from_uint8(clip[4]), (0.25, 0.5, 0.75)))
    for step, image in enumerate(made, 1):
        inner = to_uint8(image)[8:-8, 20:-20]
        scores = [psnr(inner, other[8:-8, 20:-20]) for other in clip]
        assert int(np.argmax(scores)) == step and scores[step] > 30


def test_what_is_covered_comes_from_the_side_that_shows_it() -> None:
    ground, patch = texture(160, 4), 255 - texture(48, 7)
    first, true, last = (ground.copy() for _ in range(3))
    for image, left in ((first, 40), (true, 44), (last, 48)):
        image[50:98, left : left + 48] = patch
    (made,) = FLOW(from_uint8(first), from_uint8(last), (0.5,))
    (faded,) = cross_fade(from_uint8(first), from_uint8(last), (0.5,))
    for ghost in (np.s_[54:94, 40:44], np.s_[54:94, 92:96]):  # the ground behind it, and what it runs into
        assert psnr(to_uint8(made)[ghost], true[ghost]) > psnr(to_uint8(faded)[ghost], true[ghost]) + 3
    assert psnr(to_uint8(made), true) > psnr(to_uint8(faded), true) + 6


def test_images_that_stand_still_stay_as_they_are() -> None:
    image = from_uint8(texture(64, 5))
    for made in FLOW(image, image, (0.3, 0.7)):
        assert torch.allclose(made, image, atol=1e-4)


@pytest.mark.parametrize("change", [0.3, 0.6, 1.0])
def test_no_lines_show_where_the_flow_is_in_doubt(change: float) -> None:
    """Images generated anew agree only here and there; its border must not be visible."""

    def smooth(seed: int) -> NDArray[np.float64]:
        return cv2.GaussianBlur(texture(96, seed), (0, 0), 4).astype(float)

    def roughest(image: Image8) -> float:
        inner = image[8:-8, 8:-8].mean(-1)
        return float(np.abs(cv2.Laplacian(inner, cv2.CV_64F)).max())

    changed = [np.clip(smooth(8) + change * (smooth(seed) - 128), 0, 255) for seed in (11, 12)]
    first, second = changed[0].astype(np.uint8), np.roll(changed[1], 2, 1).astype(np.uint8)
    (made,) = FLOW(from_uint8(first), from_uint8(second), (0.5,))
    assert roughest(to_uint8(made)) < 3 * roughest(first)  # with hard borders: 4 to 7 times


def test_images_that_share_nothing_fade() -> None:
    first, second = from_uint8(texture(64, 6)), from_uint8(255 - texture(64, 9))
    (made,) = FLOW(first, second, (0.5,))
    error = (made - (first + second) / 2).abs().mean()
    assert error < 0.35 * (first - second).abs().mean()  # nearer the mean than either image is


@pytest.mark.parametrize("amount", [2, 3, 10])
def test_the_film_lasts_as_long_as_before(amount: int) -> None:
    clip = [texture(32, seed) for seed in range(3)]
    made = list(interpolate(clip, cross_fade, amount))
    assert len(made) == 3 * amount
    assert all(np.array_equal(made[frame * amount], clip[frame]) for frame in range(3))
    assert all(np.array_equal(last, clip[2]) for last in made[-amount:])
    step = to_uint8(torch.lerp(from_uint8(clip[0]), from_uint8(clip[1]), 1 / amount))
    assert np.array_equal(made[1], step)


def test_one_image_and_none() -> None:
    image = texture(32, 1)
    assert [np.array_equal(made, image) for made in interpolate([image], FLOW, 3)] == [True] * 3
    assert list(interpolate([], FLOW, 3)) == []


def test_splatted_values_arrive_between_pixels() -> None:
    values, weight = torch.zeros(1, 4, 5), torch.zeros(4, 5)
    values[0, 1, 1], weight[1, 1] = 8.0, 2.0
    shift = torch.zeros(2, 4, 5)
    shift[0, 1, 1], shift[1, 1, 1] = 1.25, 1.0
    sums, weights = splat(values, shift, weight)
    assert sums[0, 2, 2] == pytest.approx(12.0) and sums[0, 2, 3] == pytest.approx(4.0)
    assert weights[2, 2] == pytest.approx(1.5) and weights.sum() == pytest.approx(2.0)
    shift[0, 1, 1] = 100.0  # out of the image
    assert splat(values, shift, weight)[1].sum() == 0


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (16, 16), (33, 50)])
def test_gaps_are_filled_from_around(size: tuple[int, int]) -> None:
    flow = torch.full((2, *size), 3.0)
    known = torch.zeros(size)
    known[0, 0] = 1.0
    flow[:, known == 0] = 1e6
    assert torch.allclose(fill_from_coarse(flow, known), torch.full((2, *size), 3.0), atol=1e-4)
    assert torch.isfinite(fill_from_coarse(flow, torch.zeros(size))).all()
