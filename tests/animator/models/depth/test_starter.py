"""The built-in network: small, deterministic, and right about images it has not seen."""

import logging
import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from animator.images.image import from_uint8
from animator.models.depth.open_depth import open_depth
from animator.models.depth.starter import WEIGHTS, StarterDepth, StarterNet, input_size
from animator.training.depth.rooms import room

HELD_OUT = range(5_000_000, 5_000_016)  # the weights were trained on rooms numbered below 3,000,000


@pytest.fixture(scope="module")
def starter() -> StarterDepth:
    return StarterDepth.load(torch.device("cpu"))


def test_the_file_is_small_and_fits() -> None:
    path = files("animator.models.depth") / WEIGHTS
    state = load_file(str(path))
    assert len(path.read_bytes()) < 3e6
    assert {value.dtype for value in state.values()} == {torch.float16}
    assert state.keys() == StarterNet().state_dict().keys()
    assert 1e6 < sum(value.numel() for value in state.values()) < 2e6


def test_answers_the_same_every_time_in_float32(starter: StarterDepth) -> None:
    frame = from_uint8(room(HELD_OUT[0], (96, 128))[0])
    first = starter.estimate(frame)
    assert first.dtype == torch.float32
    assert torch.equal(first, starter.estimate(frame))
    assert torch.equal(first, open_depth("starter").estimate(frame))


def correlations(starter: StarterDepth, size: tuple[int, int]) -> list[float]:
    found = []
    for seed in HELD_OUT:
        pixels, disparity = room(seed, size)
        if disparity.std() > 0.01:
            depth = starter.estimate(from_uint8(pixels)).numpy()
            found.append(np.corrcoef(depth.ravel(), disparity.ravel())[0, 1])
    return found


@pytest.mark.parametrize("size", [(128, 128), (64, 112)])
def test_tells_near_from_far_in_rooms_it_has_not_seen(starter: StarterDepth, size: tuple[int, int]) -> None:
    found = correlations(starter, size)
    assert len(found) > 12
    assert np.median(found) > 0.6  # over 60 rooms of 256 x 256 it is 0.85


def test_never_answers_with_a_constant(starter: StarterDepth) -> None:
    for seed in HELD_OUT:
        assert starter.estimate(from_uint8(room(seed, (64, 64))[0])).std() > 1e-3


def test_ground_under_a_sky_comes_nearer_towards_the_viewer(starter: StarterDepth) -> None:
    """A lawn under a blue sky, painted without the code of the training scenes."""
    rng = np.random.default_rng(0)
    pixels = np.empty((192, 256, 3))
    pixels[:96] = np.linspace([90, 140, 230], [200, 220, 245], 96)[:, None]
    pixels[96:] = np.linspace([110, 140, 110], [50, 110, 40], 96)[:, None] + rng.normal(0, 8, (96, 256, 1))
    depth = starter.estimate(from_uint8(pixels.clip(0, 255).astype(np.uint8))).mean(1)
    assert depth[:80].mean() < depth[110:130].mean() < depth[170:].mean()


@pytest.mark.parametrize("size", [(1, 1), (17, 300), (300, 17), (95, 130)])
def test_takes_any_size(starter: StarterDepth, size: tuple[int, int]) -> None:
    depth = starter.estimate(torch.rand(3, *size, generator=torch.Generator().manual_seed(1)))
    assert depth.shape == size
    assert torch.isfinite(depth).all()
    assert depth.min() >= 0


def test_batches_equal_single_images(starter: StarterDepth) -> None:
    frames = torch.stack([from_uint8(room(seed, (64, 96))[0]) for seed in HELD_OUT[:3]])
    together = starter.estimate_batch(frames)
    alone = torch.stack([starter.estimate(frame) for frame in frames])
    assert torch.allclose(together, alone, atol=1e-5)


def test_images_are_resized_to_the_training_size() -> None:
    assert input_size(512, 512) == (256, 256)
    assert input_size(256, 256) == (256, 256)
    assert input_size(720, 1280) == (192, 352)
    assert input_size(1280, 720) == (352, 192)
    assert min(input_size(10, 4000)) == 32


def test_halves_are_close(starter: StarterDepth) -> None:
    frame = from_uint8(room(HELD_OUT[0], (64, 64))[0])
    halved = StarterDepth.load(torch.device("cpu"), torch.bfloat16).estimate(frame)
    assert np.corrcoef(halved.flatten(), starter.estimate(frame).flatten())[0, 1] > 0.98


def test_opening_it_loads_no_other_networks() -> None:
    code = "import sys; from animator.models.depth.open_depth import open_depth; open_depth('starter');"
    subprocess.run([sys.executable, "-c", code + "assert 'timm' not in sys.modules"], check=True)


def test_opening_it_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        open_depth("starter")
    assert "built-in network" in caplog.text
