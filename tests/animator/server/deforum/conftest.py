"""Servers that the tests of a module share, as a worker process takes seconds to start."""

from collections.abc import Iterator

import pytest

from tests.animator.server.deforum.serving import Served, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with one worker and the built-in model."""
    with served(tmp_path_factory.mktemp("renders")) as one:
        yield one


@pytest.fixture(scope="module")
def idle_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server without a worker: its jobs wait."""
    with served(tmp_path_factory.mktemp("renders"), workers=0) as one:
        yield one
