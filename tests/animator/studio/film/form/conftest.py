"""Fixtures of the form's tests."""

from pathlib import Path

import pytest
from PIL import Image


@pytest.fixture
def picture(tmp_path: Path) -> str:
    """The path of a small image."""
    path = tmp_path / "sky.png"
    Image.new("RGB", (64, 64), "navy").save(path)
    return str(path)
