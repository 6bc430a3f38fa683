"""Fixtures of the fine-tuning tests: images, and tiny models of each family."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest

from tests.animator.models.diffusion import tiny_models
from tests.animator.training.finetune.trainings import write_images


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three images without captions."""
    return write_images(tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="session")
def model_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """The model of a family: the built-in one, or a tiny one."""
    place = tmp_path_factory.mktemp("models")

    @lru_cache
    def write(family: str) -> str:
        return "starter" if family == "starter" else str(tiny_models.write_folder(family, place / family))

    return write
