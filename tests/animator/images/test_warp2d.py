from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from animator.images.resample import Border, Sampling
from animator.images.warp2d import Flip, Move2D, flip_distance, matrix2d, warp_by_matrix
from tests.warps import warp2d

EVERY_BORDER = pytest.mark.parametrize("border", list(Border))
EVERY_SAMPLING = pytest.mark.parametrize("sampling", list(Sampling))


def middle(image: Tensor, margin: int = 16) -> Tensor:
    return image[:, margin:-margin, margin:-margin]


@EVERY_BORDER
@EVERY_SAMPLING
def test_every_size_keeps_its_size_and_range(any_size: Tensor, border: Border, sampling: Sampling) -> None:
    warped = warp2d(any_size, Move2D(7.0, 1.1, (3.0, -2.0), (0.3, 0.6)), border, sampling)
    assert warped.shape == any_size.shape
    assert warped.dtype == torch.float32
    assert warped.isfinite().all()
    assert warped.min() >= 0.0
    assert warped.max() <= 1.0


def test_no_move_returns_the_image_itself(image: Tensor) -> None:
    assert warp2d(image, Move2D(), Border.REPLICATE) is image
    assert warp2d(image, Move2D(flip=Flip()), Border.REPLICATE) is image
    assert warp2d(image, Move2D(angle_deg=360.0), Border.REPLICATE) is image


@EVERY_SAMPLING
def test_200_still_frames_change_nothing(image: Tensor, sampling: Sampling) -> None:
    last = image
    for _ in range(200):
        last = warp2d(last, Move2D(flip=Flip()), Border.REPLICATE, sampling)
    assert (last - image).abs().max() <= 1e-5


def test_the_image_handed_in_is_not_changed(image: Tensor) -> None:
    before = image.clone()
    for sampling in Sampling:
        warp2d(image, Move2D(3.0, 1.2), Border.WRAP, sampling)
    assert torch.equal(image, before)


@EVERY_SAMPLING
def test_whole_pixels_shift_exactly(image: Tensor, sampling: Sampling) -> None:
    warped = warp2d(image, Move2D(shift_px=(5.0, -3.0)), Border.WRAP, sampling)
    # Positions are float32 fractions of the image: about 1e-5 of a pixel.
    torch.testing.assert_close(warped, image.roll((-3, 5), (1, 2)), atol=1e-4, rtol=0)


def test_half_a_turn_is_a_rotation_about_the_center_of_the_frame(image: Tensor) -> None:
    warped = warp2d(image, Move2D(angle_deg=180.0), Border.WRAP)
    torch.testing.assert_close(warped, image.flip(1, 2).roll((1, 1), (1, 2)), atol=1e-4, rtol=0)


def test_a_quarter_turn_goes_counter_clockwise() -> None:
    image = torch.zeros(3, 64, 64)
    image[:, 32, 48] = 1.0  # to the right of the center
    warped = warp2d(image, Move2D(angle_deg=90.0), Border.ZEROS)
    assert warped[0].argmax() == 16 * 64 + 32  # now above it


def test_zoom_moves_away_from_the_chosen_center() -> None:
    matrix = matrix2d(Move2D(zoom=2.0, center=(0.25, 0.75)), 200, 100)
    np.testing.assert_allclose(matrix @ [50, 75, 1], [50, 75, 1])
    np.testing.assert_allclose(matrix @ [60, 75, 1], [70, 75, 1])


def test_the_shift_is_turned_and_zoomed() -> None:
    matrix = matrix2d(Move2D(angle_deg=90.0, zoom=2.0, shift_px=(10.0, 0.0)), 100, 100)
    np.testing.assert_allclose(matrix @ [50, 50, 1], [50, 30, 1], atol=1e-12)


def test_the_shift_acts_with_a_flip_on() -> None:
    flip = Flip(5.0, 3.0, 2.0)
    plain, shifted = (matrix2d(Move2D(shift_px=s, flip=flip), 256, 192) for s in ((0.0, 0.0), (10.0, 0.0)))
    assert np.abs(plain - shifted).max() > 5.0


def test_a_flip_keeps_the_middle_in_place_and_brings_one_side_nearer() -> None:
    matrix = matrix2d(Move2D(flip=Flip(gamma=20.0)), 256, 192)

    def at(x: float, y: float) -> np.ndarray:
        point = matrix @ [x, y, 1]
        return point[:2] / point[2]

    np.testing.assert_allclose(at(128, 96), [128, 96])
    left, right = at(0, 192)[1] - at(0, 0)[1], at(256, 192)[1] - at(256, 0)[1]
    assert left > 192 > right or right > 192 > left


def test_the_flip_is_viewed_from_where_the_diagonal_fills_the_view() -> None:
    assert flip_distance(Flip(fv=60.0), 300, 400) == pytest.approx(500.0)


@pytest.mark.parametrize("fv", [0.0, 1e-9, 53.0, 179.9, 180.0, -53.0])
def test_any_field_of_view_gives_an_image(image: Tensor, fv: float) -> None:
    warped = warp2d(image, Move2D(flip=Flip(3.0, 4.0, 5.0, fv)), Border.REPLICATE)
    assert warped.isfinite().all()


def test_borders() -> None:
    image = torch.arange(4, dtype=torch.float32).div(10).expand(3, 4, 4).contiguous()
    seen = {
        border: warp2d(image, Move2D(shift_px=(2.0, 0.0)), border, Sampling.NEAREST)[0, 0]
        for border in Border
    }
    expected = {
        Border.REPLICATE: [0.0, 0.0, 0.0, 0.1],
        Border.WRAP: [0.2, 0.3, 0.0, 0.1],
        Border.REFLECT: [0.1, 0.0, 0.0, 0.1],
        Border.MIRROR: [0.2, 0.1, 0.0, 0.1],
        Border.ZEROS: [0.0, 0.0, 0.0, 0.1],
    }
    for border, values in expected.items():
        torch.testing.assert_close(seen[border], torch.tensor(values), msg=border.value)


@EVERY_BORDER
def test_lanczos_meets_borders_as_the_others_do(border: Border, make_image: Callable[..., Tensor]) -> None:
    soft = make_image(64, 96, grain=24)
    move = Move2D(20.0, 0.5)
    fine, plain = (warp2d(soft, move, border, s) for s in (Sampling.LANCZOS, Sampling.BICUBIC))
    # Only where an edge (of zeros or of a repeat) is met do the two differ by much.
    assert (fine - plain).abs().mean() < 0.01


def test_zoom_zero_is_black_and_tiny_zoom_is_finite(image: Tensor) -> None:
    assert warp2d(image, Move2D(zoom=0.0), Border.REPLICATE).abs().max() == 0.0
    assert warp2d(image, Move2D(zoom=1e-4), Border.REPLICATE).isfinite().all()


def test_a_singular_perspective_is_finite(image: Tensor) -> None:
    matrix = np.array([[1, 0, 0], [0, 1, 0], [1 / 48, 0, 1]], dtype=np.float64)
    assert warp_by_matrix(image, matrix, Border.REPLICATE, Sampling.BICUBIC).isfinite().all()


def test_zoom_moves_the_same_part_of_an_image_of_any_size(make_image: Callable[..., Tensor]) -> None:
    for move in (Move2D(zoom=1.3), Move2D(angle_deg=9.0), Move2D(zoom=0.8, center=(0.2, 0.7))):
        small, large = (matrix2d(move, size, size) for size in (512, 1024))
        scale = np.diag([2.0, 2.0, 1.0])
        np.testing.assert_allclose(scale @ small @ np.linalg.inv(scale), large, atol=1e-9)


def sharpness(image: Tensor) -> float:
    inner = middle(image)
    laplacian = 4 * inner[:, 1:-1, 1:-1] - inner[:, :-2, 1:-1] - inner[:, 2:, 1:-1]
    return float((laplacian - inner[:, 1:-1, :-2] - inner[:, 1:-1, 2:]).square().mean())


TO_AND_FRO = [1.01 if frame % 2 == 0 else 1 / 1.01 for frame in range(200)]
IN_AND_OUT = [1.002 if frame < 100 else 1 / 1.002 for frame in range(200)]


@pytest.mark.parametrize("zooms", [TO_AND_FRO, IN_AND_OUT], ids=["to and fro", "in and out"])
def test_200_frames_of_zooming_keep_color_and_more_detail_than_8_bits(
    zooms: list[float], make_image: Callable[..., Tensor]
) -> None:
    start = make_image(192, 192, grain=6)
    ours, theirs = start, start
    for zoom in zooms:
        ours = warp2d(ours, Move2D(zoom=zoom), Border.REPLICATE, Sampling.STEADY)
        # The reference: bilinear, rounded to 8 bits at every frame.
        theirs = warp2d(theirs, Move2D(zoom=zoom), Border.REPLICATE).mul(255.0).round().div(255.0)
    # The outer fifth was out of sight for a while, and what replaced it is another color.
    assert middle(ours - start, 40).mean((1, 2)).abs().max() * 255 < 0.5
    assert sharpness(ours) > 2 * sharpness(theirs)
    assert sharpness(ours) < sharpness(start)


def test_steady_reading_never_rings(image: Tensor) -> None:
    """200 turns to and fro: no value leaves the range that the image had, by more than a level."""
    soft = image * 0.5 + 0.25
    last = soft
    for frame in range(200):
        move = Move2D(angle_deg=1.0 if frame % 2 == 0 else -1.0)
        last = warp2d(last, move, Border.REPLICATE, Sampling.STEADY)
    assert last.min() > soft.min() - 1 / 255
    assert last.max() < soft.max() + 1 / 255
