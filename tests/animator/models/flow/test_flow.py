from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from animator.errors import ModelError
from animator.images.grid import flow_grid
from animator.images.resample import Border, Sampling
from animator.images.warp2d import Move2D, matrix2d
from animator.models.flow.features import OPENCV_CONTRAST, MotionModel, feature_matrix, is_possible
from animator.models.flow.model import FlowModel
from animator.models.flow.opencv import Dis, DisQuality, Farneback
from animator.models.flow.raft import load_raft
from animator.models.flow.warp import consistency, motion_edges, warp_by_flow
from tests.warps import warp2d

pytestmark = pytest.mark.usefixtures("allow_pickle")

ESTIMATORS = [Dis(DisQuality.MEDIUM), Dis(DisQuality.FINE), Farneback()]


def blobs(height: int = 128, width: int = 160, grain: int = 8) -> Tensor:
    coarse = torch.rand(
        (1, 3, height // grain + 2, width // grain + 2), generator=torch.Generator().manual_seed(5)
    )
    return functional.interpolate(coarse, (height, width), mode="bicubic")[0].clamp(0.0, 1.0)


def shift_flow(x: float, y: float, height: int = 128, width: int = 160) -> Tensor:
    return torch.tensor([x, y]).view(2, 1, 1).expand(2, height, width).contiguous()


@pytest.mark.parametrize("estimate", ESTIMATORS, ids=["dis-medium", "dis-fine", "farneback"])
def test_a_known_shift_is_found(estimate: FlowModel) -> None:
    first = blobs()
    second = first.roll((2, 3), (1, 2))
    flow = estimate(first, second)
    assert flow.shape == (2, 128, 160)
    assert flow.dtype == torch.float32
    median = flow[:, 20:-20, 20:-20].flatten(1).median(1).values
    torch.testing.assert_close(median, torch.tensor([3.0, 2.0]), atol=0.1, rtol=0)


def test_dis_starts_from_a_guess() -> None:
    first = blobs()
    second = first.roll(3, 2)
    guess = shift_flow(3.0, 0.0)
    before = guess.clone()
    assert not torch.equal(Dis()(first, second, guess), Dis()(first, second))
    assert torch.equal(guess, before)


def test_following_the_flow_leads_to_the_second_image() -> None:
    first = blobs()
    second = warp2d(first, Move2D(angle_deg=2.0, zoom=1.03, shift_px=(2.0, 1.0)), Border.REPLICATE)
    warped = warp_by_flow(first, Dis(DisQuality.FINE)(first, second))
    inner = (slice(None), slice(16, -16), slice(16, -16))
    before, after = ((p - second)[inner].abs().mean() for p in (first, warped))
    assert after < 0.25 * before


def test_a_flow_moves_by_its_factor() -> None:
    image = blobs()
    flow = shift_flow(4.0, -6.0)
    assert warp_by_flow(image, flow, 0.0) is image
    for factor in (1.0, 0.5, -1.0):
        warped = warp_by_flow(image, flow, factor, Border.WRAP)
        expected = image.roll((round(-6 * factor), round(4 * factor)), (1, 2))
        torch.testing.assert_close(warped, expected, atol=1e-4, rtol=0)


def test_broken_flow_stands_still() -> None:
    image = blobs()
    flow = torch.full((2, 128, 160), torch.nan)
    torch.testing.assert_close(warp_by_flow(image, flow, 1.0), image, atol=1e-4, rtol=0)


def test_every_sampling_works_on_flow() -> None:
    for sampling in Sampling:
        assert warp_by_flow(blobs(), shift_flow(1.5, 0.5), 1.0, Border.MIRROR, sampling).isfinite().all()


def test_the_still_grid() -> None:
    grid = flow_grid(torch.zeros(2, 3, 4), 1.0)
    torch.testing.assert_close(grid[0, :, 0], torch.tensor([-0.75, -0.25, 0.25, 0.75]))
    torch.testing.assert_close(grid[:, 0, 1], torch.tensor([-2 / 3, 0.0, 2 / 3]))


def test_flows_that_agree_are_trusted_inside_the_image() -> None:
    trusted = consistency(shift_flow(5.0, 0.0), shift_flow(-5.0, 0.0))
    assert trusted[:, :154].min() == 1.0
    assert trusted[:, 156:].max() == 0.0


def test_flows_that_disagree_are_not_trusted() -> None:
    assert consistency(shift_flow(5.0, 0.0), shift_flow(5.0, 0.0)).max() == 0.0


def test_edges_of_moving_things_are_found() -> None:
    flow = torch.zeros(2, 20, 20)
    flow[0, 5:15, 5:15] = 4.0
    edges = motion_edges(flow)
    assert edges[10, 4]
    assert edges[10, 14]
    assert not edges[10, 10]
    assert not edges[0, 0]


@pytest.mark.parametrize("kind", list(MotionModel))
def test_the_motion_of_the_whole_image_is_found(kind: MotionModel) -> None:
    first = blobs(256, 256)
    matrix = matrix2d(Move2D(angle_deg=4.0, zoom=1.05, shift_px=(3.0, -2.0)), 256, 256)
    second = warp2d(first, Move2D(angle_deg=4.0, zoom=1.05, shift_px=(3.0, -2.0)), Border.REPLICATE)
    found = feature_matrix(first, second, kind)
    corners = np.array([[20, 20, 1], [230, 20, 1], [230, 230, 1], [20, 230, 1]]).T
    ours, truth = (m @ corners / (m @ corners)[2] for m in (found, matrix))
    assert np.abs(ours - truth).max() < 1.0


def test_features_are_found_in_soft_images() -> None:
    soft = blobs(96, 96, grain=12) * 0.3 + 0.3
    moved = soft.roll((2, 3), (1, 2))
    found = feature_matrix(soft, moved, MotionModel.AFFINE)
    np.testing.assert_allclose(found[:2, 2] + found[:2, :2] @ [48, 48] - [48, 48], [3, 2], atol=0.3)
    np.testing.assert_array_equal(feature_matrix(soft, moved, MotionModel.AFFINE, OPENCV_CONTRAST), np.eye(3))


@pytest.mark.parametrize(
    ("matrix", "possible"),
    [
        (np.eye(3), True),
        ([[1.01, -0.02, 5], [0.02, 1.01, -60], [0, 0, 1]], True),
        ([[0.9, 0, 0], [0, 0.9, 0], [1e-4, 1e-4, 1]], True),
        ([[1e-4, 0, 56], [0, 1e-4, 64], [0, 0, 1]], False),  # collapses
        ([[-1, 0, 100], [0, 1, 0], [0, 0, 1]], False),  # turns over
        ([[-2.7, 0.3, 92], [-3.8, 0.35, 136], [-0.031, 0.004, 1]], False),  # folds
        ([[3, 0, 0], [0, 3, 0], [0, 0, 1]], False),  # explodes
        (np.full((3, 3), np.nan), False),
    ],
)
def test_motions_that_cannot_be(matrix: Any, possible: bool) -> None:
    assert is_possible(np.asarray(matrix, dtype=float), 128, 96) is possible


def test_nothing_to_match_is_no_motion() -> None:
    flat = torch.full((3, 64, 64), 0.4)
    np.testing.assert_array_equal(feature_matrix(flat, flat, MotionModel.AFFINE), np.eye(3))
    np.testing.assert_array_equal(feature_matrix(flat, blobs(64, 64), MotionModel.PERSPECTIVE), np.eye(3))


def test_raft_runs_from_a_file_at_any_size(tmp_path: Path) -> None:
    from animator.models.torchvision_ops import declare_missing_ops

    declare_missing_ops()
    from safetensors.torch import save_file
    from torchvision.models.optical_flow import raft_small

    torch.manual_seed(0)
    state = raft_small().state_dict()
    torch.save(state, tmp_path / "raft.pth")
    save_file(state, tmp_path / "raft.safetensors")
    flows = [
        load_raft(tmp_path / name)(blobs(61, 90), blobs(61, 90)) for name in ("raft.pth", "raft.safetensors")
    ]
    assert flows[0].shape == (2, 61, 90)
    assert torch.equal(*flows)


def test_raft_weights_that_are_none_say_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such file"):
        load_raft(tmp_path / "raft.pth")
    (tmp_path / "raft.pth").write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="cannot be read as weights"):
        load_raft(tmp_path / "raft.pth")
    torch.save({"layer": torch.ones(1)}, tmp_path / "raft.pth")
    with pytest.raises(ModelError, match="not the weights of torchvision's raft_large or raft_small"):
        load_raft(tmp_path / "raft.pth")
