"""The seam and its stand-in."""

import numpy as np
import torch

from animator.models.depth.model import DepthModel, FakeDepth


def test_the_stand_in_follows_its_formula() -> None:
    model: DepthModel = FakeDepth()
    image = torch.rand(3, 5, 7, generator=torch.Generator().manual_seed(0))
    rows = np.linspace(0, 1, 5)[:, None]
    expected = 4 + 10 * rows + 0.05 * 255 * image.mean(0).numpy()
    depth = model.estimate(image)
    assert depth.dtype == torch.float32
    assert np.allclose(depth.numpy(), expected, atol=1e-5)
