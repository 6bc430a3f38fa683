"""MoGe-2: the camera of its points, its meters, its sky, and the words for files that only look like it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from animator.errors import ModelError
from animator.images.image import from_uint8
from animator.models.depth.focal_shift import best_shift
from animator.models.depth.moge_2 import MoGe2, PointMap, view_positions
from animator.models.depth.open_depth import estimator, open_depth
from animator.models.depth.point_estimator import PointEstimator
from tests.animator.models.depth.conftest import MakeImage, Official, spec_of
from tests.synchronizations import DEVICE, Place, listed, synchronizations

SMALL = spec_of("moge-2-small")
SHIFT, FOCAL, METERS, SKY = 0.75, 1.3, 2.5, 3


def scene(height: int, width: int) -> tuple[Tensor, Tensor]:
    """Points (3, H, W) as from the camera, and the distance (H, W) of a floor that rises from far to near."""
    positions = view_positions((height, width), width / height, torch.zeros(1))
    distance = torch.linspace(6, 2, height)[:, None].expand(height, width)
    return torch.cat([positions / FOCAL * distance, distance[None]]), distance


class Seen(MoGe2):
    """Answers, of square images, with the points of `scene`, up to a shift, and sky in the first rows."""

    def __init__(self) -> None:
        torch.nn.Module.__init__(self)
        points, _ = scene(960, 960)
        z = points[2] - SHIFT
        visible = torch.ones(960, 960)
        visible[: SKY * 16] = -1.0
        self.told = torch.nn.Parameter(torch.stack([points[0] / z, points[1] / z, z.log()]))
        self.visible = torch.nn.Parameter(visible)

    def forward(self, x: Tensor, aspect: float) -> PointMap:
        many = len(x)
        meters = x.new_full((many,), np.log(METERS))
        return PointMap(self.told.expand(many, -1, -1, -1), self.visible.expand(many, -1, -1), meters)


def test_a_camera_is_found_where_points_are_seen() -> None:
    rng = np.random.default_rng(2)
    seen, z = rng.uniform(-0.7, 0.7, (900, 2)), rng.uniform(1, 5, 900)
    points = np.column_stack([seen / FOCAL * z[:, None], z - SHIFT])
    assert best_shift(points, seen) == pytest.approx(SHIFT, abs=1e-6)
    noisy = points + rng.normal(0, 0.02, points.shape)
    assert best_shift(noisy, seen) == pytest.approx(SHIFT, abs=0.02)


@pytest.mark.parametrize(
    "points", [np.zeros((0, 3)), np.ones((1, 3)), np.full((5, 3), np.nan), np.zeros((5, 3))]
)
def test_where_no_camera_can_be_told_there_is_no_shift(points: np.ndarray) -> None:
    assert best_shift(points, np.zeros((len(points), 2))) == 0


def test_points_become_meters_and_the_sky_is_infinitely_far() -> None:
    opened, image = PointEstimator(SMALL, Seen()), torch.rand(3, 840, 840)
    meters, sky = opened.meters(image), SKY * 14 - 8
    assert torch.isinf(meters[:sky]).all()
    _, distance = scene(840, 840)
    torch.testing.assert_close(meters[60:], distance[60:] * METERS, rtol=2e-3, atol=0)
    nearness = opened.estimate(image)
    assert float(nearness[:sky].max()) == 0 and torch.isfinite(nearness).all()
    assert torch.equal(opened.estimate_batch(image.expand(2, -1, -1, -1))[1], nearness)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((512, 512), (840, 840)), ((360, 640), (630, 1120)), ((1, 3000), (14, 46004)), ((90, 30), (1456, 490))],
)
def test_images_of_any_shape_have_as_many_patches(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert SMALL.preparation.sizing.of(*size) == expected


def test_it_answers_what_the_official_program_answers(official: Official, image: MakeImage) -> None:
    name, case = "moge-2-vits-normal", "patches_180x320"
    preparation = replace(SMALL.preparation, sizing=replace(SMALL.preparation.sizing, width=280, height=280))
    state = {key: torch.from_numpy(value) for key, value in official.weights(name).items()}
    opened = estimator(replace(SMALL, preparation=preparation), state)
    found = opened.raw(from_uint8(image(180, 320, 1))[None])[0].double().numpy()
    # Float32 against float64; and the official search for the camera ends within 1e-4 of the depth.
    rms, most = official.rest(name, case, np.where(np.isfinite(found), found, 0.0))
    assert rms < 2e-4 and most < 2e-3


def test_a_file_of_the_hub_is_opened_by_its_path(tmp_path: Path, official: Official) -> None:
    weights = official.weights("moge-2-vits-normal")
    state = {key: torch.from_numpy(value) for key, value in weights.items()}
    save_file(state, tmp_path / "model.safetensors")
    opened = open_depth(tmp_path / "model.safetensors")
    assert isinstance(opened, PointEstimator) and opened.spec.name == "moge-2-small"


@pytest.mark.parametrize(
    ("key", "words"),
    [("head.upsample_blocks.0.0.weight", "of the first version"), ("refiner.0.weight", "of a later version")],
)
def test_other_files_of_moge_are_named(tmp_path: Path, key: str, words: str) -> None:
    projection = {"encoder.output_projections.0.weight": torch.zeros(1024, 1024, 1, 1)}
    save_file({key: torch.zeros(1, 1), **projection}, tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match=f"MoGe {words}; use moge-2-small"):
        open_depth(tmp_path / "model.safetensors")


def test_the_host_waits_for_a_device_only_where_it_is_listed() -> None:
    place = Place("models/depth/point_estimator.py", "_shifts")
    with synchronizations() as noted:
        network, image = Seen().to(DEVICE), torch.rand(3, 56, 56).to(DEVICE)
        noted.found.clear()
        PointEstimator(SMALL, network).estimate(image)
    assert noted.found.keys() == {place} and place in listed()


def test_a_transformer_with_refining_blocks_is_not_taken_for_moge(tmp_path: Path) -> None:
    save_file({"context_refiner.0.attention.weight": torch.zeros(1, 1)}, tmp_path / "lumina.safetensors")
    with pytest.raises(ModelError, match="does not belong to a known depth network"):
        open_depth(tmp_path / "lumina.safetensors")
