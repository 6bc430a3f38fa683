import numpy as np
import pytest
import torch
from torch import Tensor

from animator.errors import UserError
from animator.images.noise import Perlin, perlin_field, perlin_noise, uniform_noise


def generator(seed: int = 7) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_every_size_keeps_its_size_and_range(any_size: Tensor) -> None:
    for noised in (
        uniform_noise(any_size, 0.3, generator()),
        perlin_noise(any_size, 0.3, Perlin(), generator()),
        perlin_noise(any_size, 0.3, Perlin(5, 3, 7, 0.8), generator()),
    ):
        assert noised.shape == any_size.shape
        assert noised.isfinite().all()
        assert noised.min() >= 0.0
        assert noised.max() <= 1.0


def test_no_noise_returns_the_image_itself_and_draws_nothing(image: Tensor) -> None:
    numbers = generator()
    assert uniform_noise(image, 0.0, numbers) is image
    assert perlin_noise(image, 0.0, Perlin(), numbers) is image
    assert torch.equal(torch.rand(4, generator=numbers), torch.rand(4, generator=generator()))


def test_the_same_seed_gives_the_same_noise(image: Tensor) -> None:
    first, again, other = (perlin_noise(image, 0.2, Perlin(), generator(s)) for s in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_uniform_noise_is_as_strong_as_asked() -> None:
    gray = torch.full((3, 256, 256), 0.5)
    noised = uniform_noise(gray, 0.1, generator())
    # Unit white noise clamped to [-1, 1] has a deviation of 0.719; an image is half as wide as [-1, 1].
    assert noised.std() == pytest.approx(0.1 * 0.719 / 2, rel=0.02)
    assert noised.mean() == pytest.approx(0.5, abs=1e-3)


def test_noise_pulls_toward_mid_gray_as_in_deforum() -> None:
    noised = perlin_noise(torch.full((3, 128, 128), 30 / 255), 0.065, Perlin(), generator())
    assert noised.mean() * 255 == pytest.approx(36.3, abs=0.2)


def test_perlin_strength_varies_over_the_image() -> None:
    gray = torch.full((3, 256, 256), 0.5)
    perlin = perlin_noise(gray, 0.2, Perlin(2, 2, 1), generator()) - 0.5
    uniform = uniform_noise(gray, 0.2, generator()) - 0.5

    def spread(noise: Tensor) -> float:
        strengths = noise.unfold(1, 32, 32).unfold(2, 32, 32).std((-1, -2)).mean(0)
        return float(strengths.max() / strengths.min())

    assert spread(perlin) > 1.5 > spread(uniform)


def test_a_perlin_field_is_smooth_and_vanishes_at_the_corners_of_its_cells() -> None:
    field = perlin_field(Perlin(4, 8, 1), 128, 256, generator(), torch.device("cpu"))
    assert field[::32, ::32].abs().max() < 1e-6
    assert field.diff(dim=0).abs().max() < 0.1
    assert field.abs().max() > 0.3


def test_cells_run_along_their_own_axis() -> None:
    field = perlin_field(Perlin(cells_y=16, cells_x=2, octaves=1), 128, 128, generator(), torch.device("cpu"))
    assert field.diff(dim=0).abs().mean() > 3 * field.diff(dim=1).abs().mean()


def test_octaves_add_finer_and_weaker_noise() -> None:
    def field(octaves: int, persistence: float) -> Tensor:
        return perlin_field(Perlin(4, 4, octaves, persistence), 128, 128, generator(), torch.device("cpu"))

    assert torch.equal(field(1, 0.5), field(3, 0.0))
    assert field(0, 0.5).abs().max() == 0.0
    assert field(4, 0.9).diff(dim=0).abs().mean() > 2 * field(1, 0.9).diff(dim=0).abs().mean()


@pytest.mark.parametrize("size", [(150, 70), (64, 96), (1, 200), (130, 1)])
def test_a_perlin_field_is_the_sum_of_its_octaves_by_definition(size: tuple[int, int]) -> None:
    shape, numbers = Perlin(5, 3, 3, 0.6), generator()
    expected = np.zeros(size)
    for octave in range(3):
        cells = 5 << octave, 3 << octave
        angles = 2 * np.pi * torch.rand((cells[0] + 1, cells[1] + 1), generator=numbers).numpy().astype(float)
        y, x = np.ogrid[: size[0], : size[1]]
        y, x = y * cells[0] / size[0], x * cells[1] / size[1]
        top, left = y.astype(int), x.astype(int)
        for corner_y, corner_x in ((0, 0), (0, 1), (1, 0), (1, 1)):
            away_y, away_x = y - top - corner_y, x - left - corner_x
            angle = angles[top + corner_y, left + corner_x]
            dot = away_y * np.cos(angle) + away_x * np.sin(angle)
            expected += 2**0.5 * 0.6**octave * dot * fade(away_y) * fade(away_x)
    field = perlin_field(shape, *size, generator(), torch.device("cpu"))
    np.testing.assert_allclose(field.numpy(), expected, atol=1e-5)


def fade(away: np.ndarray) -> np.ndarray:
    near: np.ndarray = 1 - np.abs(away)
    return near**3 * (near * (near * 6 - 15) + 10)


def test_a_mask_keeps_the_noise_inside(image: Tensor) -> None:
    mask = torch.zeros(96, 96)
    mask[:, :48] = 1.0
    mask[:, 40:48] = 0.5
    for noised, everywhere in (
        (uniform_noise(image, 0.3, generator(), mask), uniform_noise(image, 0.3, generator())),
        (
            perlin_noise(image, 0.3, Perlin(), generator(), mask),
            perlin_noise(image, 0.3, Perlin(), generator()),
        ),
    ):
        torch.testing.assert_close(noised[:, :, 48:], image[:, :, 48:])
        torch.testing.assert_close(noised[:, :, :40], everywhere[:, :, :40])
        half = (image + everywhere) / 2
        torch.testing.assert_close(noised[:, :, 40:48], half[:, :, 40:48])


def test_the_image_handed_in_is_not_changed(image: Tensor) -> None:
    before = image.clone()
    uniform_noise(image, 0.3, generator())
    perlin_noise(image, 0.3, Perlin(), generator())
    assert torch.equal(image, before)


def test_cells_below_one_count_as_one_and_too_many_are_refused() -> None:
    field = perlin_field(Perlin(0, -3, 2), 32, 32, generator(), torch.device("cpu"))
    assert torch.equal(field, perlin_field(Perlin(1, 1, 2), 32, 32, generator(), torch.device("cpu")))
    with pytest.raises(UserError, match="octave 12 has 16384 cells along an axis"):
        Perlin(8, 8, octaves=12)
