"""Tiny video models, written once per worker."""

from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import pytest

from tests.animator.models.video import tiny_video_models

MAKERS: dict[str, Callable[[], Any]] = {
    "wan 2.1": tiny_video_models.wan,
    "wan 2.2": partial(tiny_video_models.wan, with_encoder=False, with_second=True),
    "ltx": tiny_video_models.ltx,
}


@pytest.fixture(scope="session")
def video_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The diffusers folder of a kind of tiny video model."""
    base = tmp_path_factory.mktemp("video")

    @lru_cache
    def write(kind: str) -> Path:
        return tiny_video_models.saved(MAKERS[kind](), base / kind)

    return write
