from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from animator.images.camera import STILL, Camera, Move3D, rigid
from animator.images.warp3d import Border, Sampling, projection_grid, warp3d

FORWARD = Move3D((0.0, 0.0, 10.0))
EVERY_MOVE = pytest.mark.parametrize(
    "move",
    [Move3D((30.0, -10.0, 25.0), (5.0, -4.0, 10.0)), Move3D((0, 0, 500.0)), Move3D((0, 0, 0), (0, 120.0, 0))],
    ids=["some", "through", "behind"],
)


def hill(height: int, width: int) -> Tensor:
    """Distances 1 to 2: near in the middle."""
    y = torch.linspace(-1, 1, height).unsqueeze(1)
    x = torch.linspace(-1, 1, width)
    return 2.0 - torch.exp(-2 * (x * x + y * y))


@EVERY_MOVE
@pytest.mark.parametrize("sampling", list(Sampling))
@pytest.mark.parametrize("border", [Border.REPLICATE, Border.REFLECT, Border.ZEROS])
def test_every_move_keeps_size_and_range(
    image: Tensor, move: Move3D, sampling: Sampling, border: Border
) -> None:
    warped = warp3d(image, hill(96, 96), rigid(move), Camera(), border, sampling)
    assert warped.shape == image.shape
    assert warped.isfinite().all()
    assert warped.min() >= 0.0
    assert warped.max() <= 1.0


def test_every_size(any_size: Tensor) -> None:
    z = hill(*any_size.shape[-2:])
    warped = warp3d(any_size, z, rigid(FORWARD), Camera(), Border.REPLICATE, Sampling.BICUBIC)
    assert warped.shape == any_size.shape


def test_no_motion_returns_the_image_itself(image: Tensor) -> None:
    still = rigid(Move3D())
    assert still == STILL
    assert warp3d(image, hill(96, 96), still, Camera(), Border.ZEROS, Sampling.BICUBIC) is image


def test_200_nearly_still_frames_do_not_darken(image: Tensor) -> None:
    """The reference truncates to 8 bits: 30 still frames darken from 134.4 to 129.9."""
    last = image
    for _ in range(200):
        last = warp3d(
            last, hill(96, 96), rigid(Move3D((1e-6, 0, 0))), Camera(), Border.REPLICATE, Sampling.BILINEAR
        )
    assert (last - image).mean().abs() * 255 < 0.01


def test_no_depth_is_a_plane_at_one(image: Tensor) -> None:
    motion = rigid(Move3D((5.0, 3.0, 4.0), (1.0, 2.0, 3.0)))
    rest = (motion, Camera(), Border.REPLICATE, Sampling.BILINEAR)
    assert torch.equal(warp3d(image, None, *rest), warp3d(image, torch.ones(96, 96), *rest))


def test_forward_comes_closer_and_the_near_moves_more() -> None:
    grid = projection_grid(hill(97, 97), rigid(FORWARD), Camera())
    assert grid[48, 48].abs().max() < 1e-6
    right = grid[48, 72, 0] - (2 * 72.5 / 97 - 1)  # the image comes from nearer to the middle
    assert right < 0.0
    flat = projection_grid(torch.full((97, 97), 2.0), rigid(FORWARD), Camera())
    assert right < flat[48, 72, 0] - (2 * 72.5 / 97 - 1) < 0.0


def test_right_moves_the_image_left_and_up_moves_it_down(image: Tensor) -> None:
    plane = torch.ones(97, 97)
    still = projection_grid(plane, STILL, Camera())
    right, up = (
        projection_grid(plane, rigid(Move3D(shift)), Camera()) - still
        for shift in ((10.0, 0, 0), (0, 10.0, 0))
    )
    assert right[..., 0].min() > 0.0
    assert up[..., 1].max() < 0.0


def test_a_negative_field_of_view_mirrors_the_motion() -> None:
    motion = rigid(Move3D((3.0, 2.0, 10.0)))
    still, ahead, mirrored = (
        projection_grid(hill(40, 60), m, Camera(fov_deg=fov))
        for m, fov in ((STILL, 70.0), (motion, 70.0), (motion, -70.0))
    )
    torch.testing.assert_close(mirrored - still, still - ahead)


def test_near_and_far_have_no_effect_and_aspect_ratio_acts_on_x() -> None:
    motion, z = rigid(Move3D((3.0, 2.0, 10.0))), hill(40, 60)
    plain = projection_grid(z, motion, Camera())
    assert torch.equal(plain, projection_grid(z, motion, Camera(near=1.0, far=2.0)))
    still = projection_grid(z, STILL, Camera())
    wide = projection_grid(z, motion, replace(Camera(), aspect_ratio=2.0))
    torch.testing.assert_close((wide - still)[..., 0] * 2, (plain - still)[..., 0])
    assert torch.equal(wide[..., 1], plain[..., 1])


def test_a_small_field_of_view_moves_more() -> None:
    plain, tele = (
        projection_grid(torch.ones(50, 50), rigid(Move3D((5.0, 0, 0))), Camera(fov_deg=fov))
        for fov in (70.0, 10.0)
    )
    still = projection_grid(torch.ones(50, 50), STILL, Camera())
    assert (tele - still)[0, 0, 0] > 7 * (plain - still)[0, 0, 0]


def test_the_same_motion_moves_the_same_part_of_an_image_of_any_size() -> None:
    motion = rigid(Move3D((5.0, -3.0, 10.0), (1.0, 2.0, 3.0)))
    small, large = (
        projection_grid(torch.ones(size, size), motion, Camera())
        - projection_grid(torch.ones(size, size), STILL, Camera())
        for size in (512, 1024)
    )
    # Corners are the same points of the scene at both sizes.
    torch.testing.assert_close(small[0, 0], large[0, 0])
    torch.testing.assert_close(small[511, 511], large[1023, 1023])


def test_zero_and_broken_distances_do_not_crash(image: Tensor) -> None:
    z = hill(96, 96)
    z[0], z[1], z[2] = 0.0, torch.nan, -1.0
    warped = warp3d(image, z, rigid(FORWARD), Camera(), Border.REPLICATE, Sampling.BILINEAR)
    assert warped[:, 10:].isfinite().all()


@pytest.mark.slow
def test_large_images(make_image: Callable[..., Tensor]) -> None:
    large = make_image(2048, 2048)
    warped = warp3d(large, hill(2048, 2048), rigid(FORWARD), Camera(), Border.REPLICATE, Sampling.BICUBIC)
    assert warped.shape == large.shape
