import torch
from torch import Tensor

from animator.images.inpaint import extend_background
from animator.images.noise import uniform_noise


def scene() -> tuple[Tensor, Tensor, Tensor]:
    """Green wall at 6, red square at 2 on the left, a gap between them: (image, z, revealed)."""
    image = torch.zeros(3, 32, 48)
    image[1] = 1.0
    image[:, :, :16] = torch.tensor([1.0, 0, 0]).view(3, 1, 1)
    z = torch.full((32, 48), 6.0)
    z[:, :16] = 2.0
    revealed = torch.zeros(32, 48)
    revealed[8:24, 16:22] = 1.0
    image[:, 8:24, 16:22] = 0.5
    return image, z, revealed


def test_gaps_are_filled_from_the_background() -> None:
    image, z, revealed = scene()
    filled = extend_background(image, z, revealed)
    gap = filled[:, 8:24, 16:22]
    assert gap[1].min() > 0.95
    assert gap[0].max() < 0.05


def test_known_pixels_stay() -> None:
    image, z, revealed = scene()
    filled = extend_background(image, z, revealed)
    known = revealed == 0
    assert torch.equal(filled[:, known], image[:, known])


def test_what_is_stored_at_gaps_does_not_matter() -> None:
    image, z, revealed = scene()
    other, other_z = image.clone(), z.clone()
    other[:, revealed == 1], other_z[revealed == 1] = 0.9, 1e6
    first, second = extend_background(image, z, revealed), extend_background(other, other_z, revealed)
    torch.testing.assert_close(first, second)


def test_a_frame_that_came_in_from_outside_is_filled() -> None:
    image, z, _ = scene()
    revealed = torch.zeros(32, 48)
    revealed[:, 40:], revealed[:5] = 1.0, 1.0
    filled = extend_background(image, z, revealed)
    torch.testing.assert_close(filled[:, 10:, 40:], image[:, 10:, 39:40].expand(3, 22, 8))
    assert filled.isfinite().all()
    assert filled.max() <= 1.0


def test_nothing_known_is_black_and_finite() -> None:
    filled = extend_background(torch.rand(3, 8, 8), torch.ones(8, 8), torch.ones(8, 8))
    assert torch.equal(filled, torch.zeros(3, 8, 8))


def test_noise_goes_only_where_nothing_is_known() -> None:
    image, _, revealed = scene()
    noised = uniform_noise(image, 0.5, torch.Generator().manual_seed(1), revealed)
    torch.testing.assert_close(noised[:, revealed == 0], image[:, revealed == 0])
    assert (noised - image)[:, revealed == 1].abs().mean() > 0.05
