from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from animator.images.camera import STILL, Camera, Move3D, rigid
from animator.images.pinhole import pinhole_view
from animator.images.resample import Sampling


def two_layers(size: int = 96) -> Tensor:
    """A square at distance 2 before a wall at distance 6."""
    z = torch.full((size, size), 6.0)
    z[size // 3 : 2 * size // 3, size // 3 : 2 * size // 3] = 2.0
    return z


def test_every_size_keeps_size_and_range(any_size: Tensor) -> None:
    z = torch.full(any_size.shape[-2:], 3.0)
    view = pinhole_view(any_size, z, rigid(Move3D((20.0, 5.0, 30.0), (1.0, 2.0, 3.0))), Camera())
    assert view.image.shape == any_size.shape
    assert view.z.shape == view.revealed.shape == z.shape
    assert view.image.isfinite().all()
    assert view.image.min() >= 0.0
    assert view.image.max() <= 1.0
    assert set(view.revealed.unique().tolist()) <= {0.0, 1.0}


def test_no_motion_returns_the_image_itself(image: Tensor) -> None:
    view = pinhole_view(image, two_layers(), STILL, Camera())
    assert view.image is image
    assert view.revealed.max() == 0.0


def test_a_wall_moves_by_focal_times_shift_over_distance(image: Tensor) -> None:
    # tan(45 deg) = 1: a focal length of half the height, 48 pixels. 100 units are half a unit of the scene.
    view = pinhole_view(image, torch.full((96, 96), 6.0), rigid(Move3D((100.0, 0, 0))), Camera(fov_deg=90.0))
    torch.testing.assert_close(view.image[:, :, :92], image.roll(-4, 2)[:, :, :92], atol=1e-3, rtol=0)
    assert view.revealed[:, 92:].min() == 1.0
    assert view.revealed[:, :91].max() == 0.0
    torch.testing.assert_close(view.z[:, :92], torch.full((96, 92), 6.0))


def test_the_near_hides_and_reveals_the_far() -> None:
    image = torch.zeros(3, 96, 96)
    z = two_layers()
    image[0] = (z < 3).float()  # a red square before a black wall
    view = pinhole_view(image, z, rigid(Move3D((50.0, 0, 0))), Camera(fov_deg=90.0))
    # The square (x 32..63) moves left by 6 pixels, the wall by 2.
    assert view.image[0, 48, 27:57].min() > 0.9
    assert view.image[0, 48, :25].max() < 0.1
    assert view.revealed[48, 59:61].min() == 1.0
    assert view.revealed[48, :57].max() == 0.0
    assert view.revealed[48, 63:93].max() == 0.0


def test_moving_closer_shows_no_holes(image: Tensor) -> None:
    slanted = torch.linspace(2.0, 8.0, 96).unsqueeze(1).expand(96, 96).contiguous()
    view = pinhole_view(image, slanted, rigid(Move3D((0, 0, 60.0))), Camera())
    assert view.revealed.mean() < 0.01


def test_there_and_back_ends_where_it_began(make_image: Callable[..., Tensor]) -> None:
    image = make_image(96, 96, grain=16)
    z = torch.linspace(3.0, 5.0, 96).expand(96, 96).contiguous()
    motion = rigid(Move3D((10.0, 4.0, 20.0), (1.0, -2.0, 3.0)))
    there = pinhole_view(image, z, motion, Camera())
    back = pinhole_view(there.image, there.z, motion.inverse(), Camera())
    seen = back.revealed == 0.0
    seen[:12], seen[-12:], seen[:, :12], seen[:, -12:] = False, False, False, False
    assert seen.float().mean() > 0.4
    assert (back.image - image).abs().mean(0)[seen].mean() < 0.01
    assert (back.z - z).abs()[seen].mean() < 0.02


def test_a_negative_field_of_view_moves_backwards(image: Tensor) -> None:
    motion = rigid(Move3D((10.0, 4.0, 20.0)))
    ahead, mirrored = (
        pinhole_view(image, two_layers(), m, Camera(fov_deg=fov)).image
        for m, fov in ((motion.inverse(), 70.0), (motion, -70.0))
    )
    assert torch.equal(ahead, mirrored)


@pytest.mark.parametrize(
    "move", [Move3D((0, 0, 700.0)), Move3D((0, 0, 0), (0, 180.0, 0)), Move3D((1e6, 0, 0))]
)
def test_moves_beyond_everything_reveal_all(image: Tensor, move: Move3D) -> None:
    view = pinhole_view(image, torch.full((96, 96), 3.0), rigid(move), Camera())
    assert view.image.isfinite().all()
    assert view.revealed.mean() == 1.0


def test_broken_distances_do_not_crash(image: Tensor) -> None:
    z = two_layers()
    z[0, :4] = torch.tensor([0.0, -1.0, torch.nan, torch.inf])
    view = pinhole_view(image, z, rigid(Move3D((10.0, 0, 10.0))), Camera(), Sampling.BILINEAR)
    assert view.image[:, 10:].isfinite().all()
