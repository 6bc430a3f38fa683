"""Depth-Anything 3: its sky, its distances, its sizes, and the words for files that only look like it."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from animator.errors import ModelError
from animator.images.image import from_uint8
from animator.models.depth.depth_anything_3 import LEAST, with_far_sky
from animator.models.depth.estimator import Estimator, network_input
from animator.models.depth.open_depth import open_depth
from animator.models.depth.resample import area
from tests.animator.models.depth.conftest import MakeImage, Official, spec_of
from tests.animator.models.depth.test_open_depth import Ramp

MONO = spec_of("depth-anything-v3-mono")


def test_the_sky_is_at_the_last_percentile_of_the_rest() -> None:
    distances = torch.rand(2, 12, 20) * 50
    is_sky = torch.zeros(2, 12, 20, dtype=torch.bool)
    is_sky[0, :3] = True
    far = with_far_sky(distances, is_sky)
    assert torch.allclose(far[0, :3], torch.quantile(distances[0, 3:], 0.99))
    assert torch.equal(far[0, 3:], distances[0, 3:])
    assert torch.equal(far[1], distances[1])


@pytest.mark.parametrize("sky", [LEAST, 240 - LEAST])
def test_a_few_pixels_of_sky_or_of_anything_else_change_nothing(sky: int) -> None:
    distances, is_sky = torch.rand(1, 12, 20), torch.zeros(1, 240, dtype=torch.bool)
    is_sky[:, :sky] = True
    assert torch.equal(with_far_sky(distances, is_sky.view(1, 12, 20)), distances)


def test_an_image_of_sky_alone_stays_finite() -> None:
    distances = torch.rand(1, 12, 20)
    assert torch.equal(with_far_sky(distances, torch.ones(1, 12, 20, dtype=torch.bool)), distances)


def test_relative_distances_become_nearness_and_are_no_meters(image: MakeImage) -> None:
    opened = Estimator(MONO, Ramp())
    nearness = opened.estimate(from_uint8(image(42, 56)))
    assert (nearness.diff(dim=0) <= 0).all()
    assert torch.isfinite(nearness).all()
    with pytest.raises(ModelError, match="estimates relative depth only"):
        opened.meters(from_uint8(image(42, 56)))


@pytest.mark.parametrize(
    ("size", "expected"),
    [((512, 512), (504, 504)), ((360, 640), (280, 504)), ((97, 33), (504, 168)), ((1, 3000), (14, 504))],
)
def test_the_longer_side_becomes_504_pixels(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert MONO.preparation.sizing.of(*size) == expected


@pytest.mark.parametrize("size", [(360, 640), (1080, 1920)])
def test_images_shrink_by_areas_as_in_opencv(size: tuple[int, int], image: MakeImage) -> None:
    pixels = image(*size)
    whole = cv2.resize(pixels.astype(np.float64), (504, 284), interpolation=cv2.INTER_AREA)
    expected = cv2.resize(whole, (504, 280), interpolation=cv2.INTER_AREA) / 255
    mean, std = MONO.preparation.normalize.mean, MONO.preparation.normalize.std
    prepared = network_input(MONO.preparation, from_uint8(pixels)[None])[0].permute(1, 2, 0).double().numpy()
    assert np.abs(prepared * std + mean - expected).max() < 1e-5


def test_images_that_grow_along_one_side_are_resized_bicubically() -> None:
    stripes = torch.rand(1, 3, 8, 40)
    assert area(stripes, (9, 20)).shape == (1, 3, 9, 20)
    assert area(torch.ones(1, 1, 7, 9), (3, 4)).allclose(torch.ones(1, 1, 3, 4))


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("model.da3.backbone.pretrained.cls_token", "of two networks"),
        ("model.backbone.pretrained.cls_token", "of another size"),
    ],
)
def test_other_files_of_depth_anything_3_are_named(tmp_path: Path, key: str, words: str) -> None:
    save_file({key: torch.zeros(1, 1, 1536)}, tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match=f"{words}.*use DA3MONO-LARGE"):
        open_depth(tmp_path / "model.safetensors")


def test_a_file_in_the_layout_of_the_hub_is_opened_by_its_path(tmp_path: Path, official: Official) -> None:
    state = {key: torch.from_numpy(value) for key, value in official.weights("da3-small").items()}
    save_file(state, tmp_path / "model.safetensors")
    opened = open_depth(tmp_path / "model.safetensors")
    assert isinstance(opened, Estimator)
    assert opened.spec.name == "depth-anything-v3-small"
