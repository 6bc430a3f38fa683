"""The film of these tests, and its preset."""

from pathlib import Path

import pytest

from animator import Animation, load
from tests.animator.api.pond import TEXT


@pytest.fixture
def film() -> Animation:
    return load(TEXT)


@pytest.fixture
def preset(tmp_path: Path) -> Path:
    path = tmp_path / "pond.yaml"
    path.write_text(TEXT)
    return path
