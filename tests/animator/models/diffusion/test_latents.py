"""Latents to start from, noise of another size, and edges that fit together along one axis."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from animator.errors import ModelError
from animator.models.diffusion.latent_start import LatentResize, LatentStart, resize_latent
from animator.models.diffusion.request import GenerationRequest, Tiling
from animator.models.diffusion.samplers.latent_noise import LatentNoise, slerp
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.tiling import set_tiling
from animator.models.diffusion.unet_engine import UNetEngine
from tests.opened import open_stable

CPU = torch.device("cpu")
Opened = Callable[[str], StableDiffuser]
RESIZES: tuple[LatentResize, ...] = (
    "bilinear",
    "bilinear antialiased",
    "bicubic",
    "bicubic antialiased",
    "nearest",
    "nearest-exact",
)


@pytest.mark.parametrize("kind", ["sd1", "flux"])
def test_a_latent_is_that_of_the_image(opened: Opened, request_: GenerationRequest, kind: str) -> None:
    diffuser = opened(kind)
    latent = diffuser.generate_latent(request_)
    assert torch.equal(diffuser.decode(latent, request_.size), diffuser.generate(request_))


@pytest.mark.parametrize("kind", ["sd1", "sdxl", "flux"])
def test_starting_from_an_images_latent_is_starting_from_the_image(
    opened: Opened, request_: GenerationRequest, kind: str
) -> None:
    assert request_.image is not None
    start = LatentStart(opened(kind).encode(request_.image))
    from_latent = opened(kind).generate(replace(request_, image=None, latent=start))
    assert torch.equal(from_latent, opened(kind).generate(request_))


def test_a_latent_of_another_model_is_refused(opened: Opened, request_: GenerationRequest) -> None:
    start = LatentStart(opened("flux").generate_latent(request_))
    with pytest.raises(ModelError, match=r"latent: has shape \(1, 16, 8, 8\); .* have shape \(1, 4, h, w\)"):
        opened("sd1").generate(replace(request_, image=None, latent=start))


def test_a_second_pass_starts_from_the_enlarged_latent(opened: Opened, request_: GenerationRequest) -> None:
    latent = opened("sd1").generate_latent(request_)
    resizes: tuple[LatentResize, ...] = ("bilinear", "bicubic", "nearest")
    images = [
        opened("sd1").generate(
            replace(request_, image=None, size=(96, 128), strength=0.6, latent=LatentStart(latent, resize))
        )
        for resize in resizes
    ]
    for index, image in enumerate(images):
        assert image.shape == (3, 128, 96)
        for other in images[index + 1 :]:
            assert float((image - other).abs().max()) > 0.01


@pytest.mark.parametrize("resize", RESIZES)
def test_latents_are_resized_as_named(resize: LatentResize) -> None:
    latent = torch.rand((1, 4, 9, 6), generator=torch.Generator().manual_seed(1))
    mode, _, antialias = resize.partition(" ")
    expected = functional.interpolate(latent, (5, 4), mode=mode, antialias=bool(antialias))
    assert torch.equal(resize_latent(latent, (5, 4), resize), expected)
    assert resize_latent(latent, (9, 6), resize) is latent


def placed(around: Tensor, middle: Tensor) -> Tensor:
    """A1111's arithmetic, written out."""
    (rows, columns), (high, wide) = around.shape[2:], middle.shape[2:]
    dx, dy = (columns - wide) // 2, (rows - high) // 2
    width = wide if dx >= 0 else wide + 2 * dx
    height = high if dy >= 0 else high + 2 * dy
    left, top = max(dx, 0), max(dy, 0)
    from_left, from_top = max(-dx, 0), max(-dy, 0)
    result = around.clone()
    result[:, :, top : top + height, left : left + width] = middle[
        :, :, from_top : from_top + height, from_left : from_left + width
    ]
    return result


@pytest.mark.parametrize("small", [(1, 4, 4, 4), (1, 4, 5, 11), (1, 4, 16, 3), (1, 4, 13, 15), (1, 4, 8, 8)])
def test_noise_of_another_size_lies_in_the_middle(small: tuple[int, ...]) -> None:
    shape = (1, 4, 8, 8)
    first, second = LatentNoise.of(7, small, CPU).draw(), LatentNoise.of(9, small, CPU).draw()
    expected = placed(LatentNoise.of(7, shape, CPU).draw(), slerp(0.3, first, second))
    middle = LatentNoise.of(7, small, CPU).first(9, 0.3)
    assert torch.equal(LatentNoise.of(7, shape, CPU).first_around(middle), expected)


@pytest.mark.parametrize("kind", ["sd1", "flux"])
def test_seed_resize_changes_the_image_unless_the_size_is_the_same(
    opened: Opened, request_: GenerationRequest, kind: str
) -> None:
    plain = opened(kind).generate(request_)
    other = opened(kind).generate(replace(request_, seed_resize=(48, 80)))
    assert float((other - plain).abs().max()) > 0.02
    assert torch.equal(opened(kind).generate(replace(request_, seed_resize=(64, 64))), plain)


@pytest.mark.parametrize("model", ["sd1", "starter"])
@pytest.mark.parametrize(("tiling", "wraps"), [("x", (2,)), ("y", (1,)), (True, (1, 2)), (False, ())])
def test_edges_fit_together_along_the_axis(
    opened: Opened, model: str, tiling: Tiling, wraps: tuple[int, ...]
) -> None:
    """A decoder that wraps around decodes a rolled latent to a rolled image."""
    engine = (open_stable("starter", CPU) if model == "starter" else opened(model)).engine()
    assert isinstance(engine, UNetEngine)
    latent = torch.randn((1, 4, 6, 6), generator=torch.Generator().manual_seed(3))
    set_tiling((engine.model.autoencoder.model,), tiling)
    image = engine.decode(latent, (48, 48))
    for axis in (1, 2):
        rolled = engine.decode(latent.roll(2, dims=axis + 1), (48, 48))
        is_rolled = torch.allclose(rolled, image.roll(16, dims=axis), atol=1e-4)
        assert is_rolled == (axis in wraps), axis
    set_tiling((engine.model.autoencoder.model,), False)


def test_tiling_changes_from_image_to_image(opened: Opened, request_: GenerationRequest) -> None:
    tilings: tuple[Tiling, ...] = (False, "x", "y", True)
    made = [opened("sd1").generate(replace(request_, tiling=tiling)) for tiling in tilings]
    for index, image in enumerate(made):
        for other in made[index + 1 :]:
            assert float((image - other).abs().max()) > 0.005
    for tiling, image in reversed(list(zip(tilings, made, strict=True))):
        assert torch.equal(opened("sd1").generate(replace(request_, tiling=tiling)), image)
