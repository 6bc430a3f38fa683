"""A server that answers over a real connection, and whose jobs nobody renders."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from animator.server.options import ServerOptions
from tests.animator.server.v1.api import Api, served

Serve = Callable[..., Api]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a server with some options."""
    with ExitStack() as stack:

        def start(**options: Any) -> Api:
            return stack.enter_context(served(ServerOptions(renders=tmp_path / "renders", **options)))

        yield start


@pytest.fixture
def api(serve: Serve) -> Api:
    """A server with the usual options."""
    return serve()
