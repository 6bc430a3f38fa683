"""Fixtures of the training tests: a few images, and one CPU thread."""

from pathlib import Path

import pytest
import torch

from animator.models.torchvision_ops import declare_missing_ops
from animator.training.data import Images

declare_missing_ops()


@pytest.fixture(scope="session")
def shards(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Images]:
    """Images of 64 pixels and their folder; shards of 8 instead of 250."""
    from animator.training import data

    folder = tmp_path_factory.mktemp("pictures")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "SHARD", 8)
        assert list(data.make_shards(folder, range(100, 116), 64, 1)) == [8, 16]
        return folder, data.read_images(folder)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
