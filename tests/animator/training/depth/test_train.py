"""Training of the built-in depth network, in miniature."""

import numpy as np
import pytest
import torch

from animator.models.depth.starter import StarterNet
from animator.training.depth.augment import augment
from animator.training.depth.muon import Muon, orthogonalize
from animator.training.depth.rooms import room
from animator.training.depth.train import (
    Recipe,
    Scene,
    add_norms,
    fold_norms,
    init_weights,
    objective,
    to_half,
    train,
)

ROOMS = [room(seed, (256, 256)) for seed in range(3)]


def scenes(seed: int) -> Scene:
    return ROOMS[seed % len(ROOMS)]


@pytest.fixture(scope="module")
def trained() -> tuple[StarterNet, list[tuple[int, float]]]:
    reports = []
    recipe = Recipe(steps=2, batch=2, norm_batches=1)
    net = train(scenes, recipe, lambda step, loss, _: reports.append((step, loss)))
    return net, reports


def test_training_reports_and_returns_a_network_in_evaluation_mode(
    trained: tuple[StarterNet, list[tuple[int, float]]],
) -> None:
    net, reports = trained
    assert reports[-1][0] == 2
    assert np.isfinite(reports[-1][1])
    assert not net.training
    assert net(torch.rand(1, 3, 64, 96)).shape == (1, 32, 48)


def test_folding_the_normalizations_changes_nothing(
    trained: tuple[StarterNet, list[tuple[int, float]]],
) -> None:
    net, _ = trained
    image = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.allclose(fold_norms(net)(image), net(image), atol=1e-4)
    assert not [m for m in fold_norms(net).modules() if isinstance(m, torch.nn.BatchNorm2d)]


def test_saved_weights_fit_the_network(trained: tuple[StarterNet, list[tuple[int, float]]]) -> None:
    weights = to_half(fold_norms(trained[0]))
    assert weights.keys() == StarterNet().state_dict().keys()
    assert all(value.dtype == torch.float16 for value in weights.values())


def test_initial_weights_are_determined_by_the_seed() -> None:
    first, again, other = (init_weights(StarterNet(), seed).stem.conv.weight for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_loss_falls() -> None:
    torch.set_num_threads(1)
    net = add_norms(init_weights(StarterNet(), 0)).train()
    optimizer = Muon(net, 2e-3)
    image = torch.from_numpy(np.stack([p for p, _ in ROOMS])).permute(0, 3, 1, 2).float() / 255
    image = torch.nn.functional.avg_pool2d(image, 4)
    disparity = torch.nn.functional.avg_pool2d(torch.from_numpy(np.stack([d for _, d in ROOMS]))[:, None], 8)[
        :, 0
    ]
    losses = []
    for _ in range(12):
        loss = objective(net(image), disparity)
        net.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]


def test_the_loss_is_zero_for_equal_maps_and_depends_on_scale_and_edges() -> None:
    disparity = torch.from_numpy(ROOMS[0][1])[None]
    assert objective(disparity, disparity) == 0
    assert objective(disparity * 2, disparity) > 0.01
    assert objective(torch.nn.functional.avg_pool2d(disparity, 9, 1, 4), disparity) > 0.01


@pytest.mark.parametrize("size", [(256, 256), (128, 192), (320, 224)])
def test_image_and_depth_are_augmented_alike(size: tuple[int, int]) -> None:
    disparity = torch.from_numpy(np.stack([d for _, d in ROOMS]))
    image = disparity[:, None].expand(-1, 3, -1, -1)
    rng = np.random.default_rng(1)
    colored, warped = augment((image, disparity), size, rng)
    assert colored.shape == (3, 3, *size)
    assert warped.shape == (3, size[0] // 2, size[1] // 2)
    assert 0 <= float(colored.min()) <= float(colored.max()) <= 1
    small = torch.nn.functional.avg_pool2d(colored.mean(1), 2)
    for gray, depth in zip(small, warped, strict=True):
        assert np.corrcoef(gray.flatten(), depth.flatten())[0, 1] > 0.9


@pytest.mark.parametrize("shape", [(16, 40), (40, 16), (24, 24)])
def test_updates_are_nearly_orthogonal(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalize(matrix))
    assert values.max() < 1.3
    assert values.min() > 0.4
