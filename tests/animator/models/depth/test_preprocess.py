"""Sizes of network inputs, and resizing as OpenCV does it."""

import cv2
import numpy as np
import pytest
import torch

from animator.images.image import from_uint8
from animator.models.depth.estimator import network_input
from animator.models.depth.families.dpt import DPT_LARGE
from animator.models.depth.preprocess import Normalize, Sizing
from animator.models.depth.registry import MODELS
from animator.models.depth.resample import cubic
from animator.models.depth.spec import DepthModelSpec
from tests.animator.models.depth.conftest import MakeImage, Official, spec_of


def test_sizes_are_those_of_the_official_programs(official: Official) -> None:
    asked = 0
    for group in official.sizes:
        for name in group["networks"]:
            sizing = spec_of(name).preparation.sizing
            for width, height, net_width, net_height in group["width, height, input width, input height"]:
                assert sizing.of(height, width) == (net_height, net_width), (name, width, height)
                asked += 1
    networks = {name for group in official.sizes for name in group["networks"]}
    assert len(networks) == 21 and asked == 21 * len(networks)  # each network at 21 sizes


@pytest.mark.parametrize("spec", MODELS, ids=lambda e: e.name)
@pytest.mark.parametrize("size", [(1, 1), (5, 2000), (2000, 5), (720, 1280), (513, 511)])
def test_any_image_has_a_size_the_network_takes(spec: DepthModelSpec, size: tuple[int, int]) -> None:
    height, width = spec.preparation.sizing.of(*size)
    assert height >= spec.preparation.sizing.multiple
    assert height % spec.preparation.sizing.multiple == width % spec.preparation.sizing.multiple == 0


def test_halves_round_to_even_as_in_numpy() -> None:
    assert Sizing(80, 80, 32, "exact").of(1, 1) == (64, 64)  # 2.5 multiples
    assert Sizing(112, 112, 32, "exact").of(1, 1) == (128, 128)  # 3.5 multiples


@pytest.mark.parametrize(("old", "new"), [((36, 64), (32, 56)), ((40, 30), (96, 64)), ((64, 64), (64, 64))])
def test_resizes_as_opencv(image: MakeImage, old: tuple[int, int], new: tuple[int, int]) -> None:
    pixels = image(*old)
    expected = cv2.resize(pixels / 255.0, new[::-1], interpolation=cv2.INTER_CUBIC).transpose(2, 0, 1)
    ours = cubic(from_uint8(pixels)[None].double(), new)[0].numpy()
    # float32 weights on both sides; the images differ by the rounding of k / 255.
    assert np.abs(ours - expected).max() < 2e-7


def test_the_input_of_a_network_is_bit_by_bit_that_of_its_program(image: MakeImage) -> None:
    pixels = image(90, 160)
    size = DPT_LARGE.preparation.sizing.of(90, 160)
    resized = cv2.resize(pixels / 255.0, size[::-1], interpolation=cv2.INTER_CUBIC)
    expected = ((resized - 0.5) / 0.5).transpose(2, 0, 1).astype(np.float32)
    ours = network_input(DPT_LARGE.preparation, from_uint8(pixels)[None])[0].numpy()
    assert (ours == expected).mean() > 0.999  # the order of four additions is not ours to choose
    assert np.abs(ours - expected).max() < 2e-7


def test_normalizes_each_color() -> None:
    white = torch.ones(1, 3, 1, 1)
    assert torch.allclose(Normalize.half().apply(white), white)
    expected = torch.tensor([(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225])
    assert torch.allclose(Normalize.imagenet().apply(white).flatten(), expected)
