"""Networks whose weights come as files: RIFE, FILM, upscalers; here with small or random weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from animator.errors import ModelError
from animator.film.interpolation.rife import RifeNetwork, load_rife
from animator.film.interpolation.torchscript import load_torchscript
from animator.film.upscaling.upscaler import TILE, Lanczos, NetworkUpscaler, load_upscaler
from animator.images.image import from_uint8
from animator.models.weights import read_weights
from tests.animator.film.clips import psnr, texture

pytestmark = pytest.mark.usefixtures("allow_pickle")


PAIR = from_uint8(texture(50, 1)), from_uint8(texture(50, 2))
RIFE_LAYOUT = {
    "block0.conv0.0.0.weight": (96, 7, 3, 3),
    "block0.conv0.1.0.weight": (192, 96, 3, 3),
    "block0.convblock.7.conv.weight": (192, 192, 3, 3),
    "block0.convblock.7.beta": (1, 192, 1, 1),
    "block0.lastconv.0.weight": (192, 24, 4, 4),
    "block1.conv0.0.0.weight": (64, 12, 3, 3),
    "block2.conv0.1.0.weight": (96, 48, 3, 3),
    "block3.lastconv.0.bias": (24,),
}
"""Some of the published weights of v4.6: names and shapes."""


@pytest.fixture(scope="module")
def rife() -> dict[str, Tensor]:
    """Random weights under the published names."""
    torch.manual_seed(0)
    return RifeNetwork().state_dict()


def test_rifes_layers_have_the_published_names(rife: dict[str, Tensor]) -> None:
    assert {name: tuple(rife[name].shape) for name in RIFE_LAYOUT} == RIFE_LAYOUT
    assert len(rife) == 4 * (4 + 8 * 3 + 2)


@pytest.mark.parametrize("suffix", ["pkl", "pth", "safetensors"])
def test_rife_reads_its_weights_however_they_are_kept(
    tmp_path: Path, rife: dict[str, Tensor], suffix: str
) -> None:
    path = tmp_path / f"flownet.{suffix}"
    published = {f"module.{name}": tensor for name, tensor in rife.items()}
    if suffix == "safetensors":
        save_file(published, path)
    else:
        torch.save({**published, "module.block_tea.beta": torch.ones(1)}, path)  # the teacher of training
    made = list(load_rife(path)(*PAIR, (0.25, 0.5)))
    assert [tuple(image.shape) for image in made] == [(3, 50, 50)] * 2
    assert all(torch.isfinite(image).all() and 0 <= image.min() <= image.max() <= 1 for image in made)


def test_rife_without_motion_gives_the_mean(tmp_path: Path, rife: dict[str, Tensor]) -> None:
    """Flow 0 and mask 0 mean: both images where they are, half and half."""
    still = {name: torch.zeros_like(value) if "lastconv" in name else value for name, value in rife.items()}
    torch.save(still, tmp_path / "still.pkl")
    (made,) = load_rife(tmp_path / "still.pkl")(*PAIR, (0.5,))
    assert torch.allclose(made, (PAIR[0] + PAIR[1]) / 2, atol=1e-5)


def test_rifes_flow_is_in_pixels(tmp_path: Path, rife: dict[str, Tensor]) -> None:
    """Only the finest block speaks: 3 pixels to the right into the first image, and only that counts."""
    moved = {name: torch.zeros_like(value) if "lastconv" in name else value for name, value in rife.items()}
    bias = torch.zeros(6, 4)
    bias[0], bias[4] = 3.0, 50.0
    moved["block3.lastconv.0.bias"] = bias.reshape(-1)
    torch.save(moved, tmp_path / "moved.pkl")
    (made,) = load_rife(tmp_path / "moved.pkl")(*PAIR, (0.5,))
    assert torch.allclose(made[:, :, :-4], PAIR[0][:, :, 3:-1], atol=1e-5)


def test_other_weights_are_rejected_as_rife(tmp_path: Path) -> None:
    torch.save({"conv.weight": torch.ones(1)}, tmp_path / "other.pkl")
    with pytest.raises(ModelError, match=r"other.pkl: not the weights of RIFE v4.6 \(.*Missing key"):
        load_rife(tmp_path / "other.pkl")
    with pytest.raises(ModelError, match="no such file"):
        load_rife(tmp_path / "missing.pkl")


class Later(torch.nn.Module):
    """Called as FILM is: the image at a moment."""

    def forward(self, first: Tensor, second: Tensor, time: Tensor) -> Tensor:
        """Their mixture."""
        return first * (1 - time) + second * time


class Other(torch.nn.Module):
    """Not a network of two images."""

    def forward(self, first: Tensor) -> Tensor:
        """Itself."""
        return first


@pytest.mark.usefixtures("allow_code")
def test_torchscript_networks_are_called_as_film_is(tmp_path: Path) -> None:
    torch.jit.script(Later()).save(str(tmp_path / "film_net_fp32.pt"))
    made = list(load_torchscript(tmp_path / "film_net_fp32.pt")(*PAIR, (0.25, 0.75)))
    assert torch.allclose(made[0], torch.lerp(*PAIR, 0.25)) and torch.allclose(
        made[1], torch.lerp(*PAIR, 0.75)
    )


@pytest.mark.usefixtures("allow_code")
def test_a_file_that_is_not_such_a_network_is_rejected(tmp_path: Path) -> None:
    torch.jit.script(Other()).save(str(tmp_path / "other.pt"))
    (tmp_path / "words.pt").write_text("no network")
    for name, message in (
        ("other.pt", "cannot be called with two images and a time"),
        ("words.pt", "is not a TorchScript file"),
        ("missing.pt", "no such file"),
    ):
        with pytest.raises(ModelError, match=f"{name}: {message}"):
            load_torchscript(tmp_path / name)


def compact(scale: int, features: int = 8, layers: int = 2) -> dict[str, Tensor]:
    """Weights in the layout of Real-ESRGAN's compact video models that repeat pixels."""
    widths = [(3, features), *[(features, features)] * layers, (features, 3 * scale**2)]
    state: dict[str, Tensor] = {}
    for at, (seen, made) in enumerate(widths):
        state[f"body.{2 * at}.weight"] = torch.zeros(made, seen, 3, 3)
        state[f"body.{2 * at}.bias"] = torch.zeros(made)
        if at < len(widths) - 1:
            state[f"body.{2 * at + 1}.weight"] = torch.full((made,), 0.25)
    return state


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_published_upscalers_load(tmp_path: Path, factor: int) -> None:
    pytest.importorskip("einops", reason="the extra `upscale` is not installed")
    torch.save({"params": compact(4)}, tmp_path / "realesr-animevideov3.pth")
    pixels = texture(40, 3)[:32]
    made = load_upscaler(tmp_path / "realesr-animevideov3.pth", factor)(pixels)
    assert made.shape == (32 * factor, 40 * factor, 3)
    nearest = pixels.repeat(factor, 0).repeat(factor, 1)
    assert psnr(made, nearest) > (50 if factor == 4 else 25)  # without weights, the network repeats pixels


def test_a_file_that_is_not_an_upscaler_is_rejected(tmp_path: Path) -> None:
    pytest.importorskip("einops", reason="the extra `upscale` is not installed")
    torch.save({"nothing.weight": torch.ones(2)}, tmp_path / "other.pth")
    (tmp_path / "words.pth").write_text("no weights")
    with pytest.raises(ModelError, match=r"other.pth: is not an upscaling network that spandrel knows"):
        load_upscaler(tmp_path / "other.pth", 2)
    with pytest.raises(ModelError, match=r"words.pth: cannot be read as weights"):
        load_upscaler(tmp_path / "words.pth", 2)


def test_pickled_code_is_not_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (print, ("run",))

    torch.save({"a": Evil()}, tmp_path / "evil.pth")
    with pytest.raises(ModelError, match="cannot be read as weights"):
        read_weights(tmp_path / "evil.pth")


def test_tiles_leave_no_seam() -> None:
    blur = torch.nn.Sequential(
        torch.nn.ReplicationPad2d(2), torch.nn.AvgPool2d(5, 1), torch.nn.Upsample(scale_factor=2)
    )
    pixels = np.tile(texture(96, 4), (2, 8, 1))[:140, : TILE + 90]
    made = NetworkUpscaler(blur, 2, 2, "cpu")(pixels)
    whole = blur(from_uint8(pixels).unsqueeze(0))[0]
    assert np.abs(made.astype(float) - whole.permute(1, 2, 0).numpy() * 255).max() < 0.51


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_lanczos_is_sharper_than_plain_interpolation_and_keeps_colors(factor: int) -> None:
    large = texture(96, 5)
    small = large.reshape(96 // factor, factor, 96 // factor, factor, 3).mean((1, 3)).round().astype(np.uint8)
    made, plain = Lanczos(factor)(small), Lanczos(factor, sharpening=0)(small)
    assert made.shape == large.shape
    assert (
        np.abs(np.diff(made.astype(int), axis=1)).mean()
        > 1.05 * np.abs(np.diff(plain.astype(int), axis=1)).mean()
    )
    assert np.abs(made.mean((0, 1)) - large.mean((0, 1))).max() < 0.5
    assert psnr(made, large) > psnr(small.repeat(factor, 0).repeat(factor, 1), large)
