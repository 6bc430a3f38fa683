"""Fixtures of all tests."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from animator.core.permissions import allow
from animator.settings import Animation

if TYPE_CHECKING:
    from tests.fakes import Make  # loads torch, which reads the number of threads below

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # the workers share the cores already


@pytest.fixture(autouse=True, scope="session")
def no_record_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Gives the tests a folder of their own for what is known of this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANIMATOR_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def make_animation() -> "Make":
    """Builds a small film from settings that differ from a small default."""

    def make(**settings: Any) -> Animation:
        small = {"size": (64, 64), "frames": 6, "prompts": "a lake", "diffusion": {"seed": 7}}
        return Animation.model_validate({**small, **settings})

    return make


@pytest.fixture
def allow_pickle() -> Iterator[None]:
    """Permits pickled weights, as --allow-pickle does."""
    with allow(pickle=True):
        yield


@pytest.fixture
def allow_code() -> Iterator[None]:
    """Permits models that are programs, as --allow-code does."""
    with allow(code=True):
        yield


@pytest.fixture
def extras(monkeypatch: pytest.MonkeyPatch) -> None:
    """Installs the example of another package that adds to animator, by putting it on the path."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "plugin_package"))
