"""A1111's API: of the real server, and of one whose images nobody makes."""

from pathlib import Path

import pytest

from tests.animator.server.running import Command, Local
from tests.animator.server.sdapi.web_ui import WebUi


@pytest.fixture
def web_ui(image_server: Command) -> WebUi:
    """The API of the real server."""
    return WebUi(image_server.url)


@pytest.fixture
def idle(local: Local) -> WebUi:
    """The API of a server whose images nobody makes."""
    return WebUi(local.url)


@pytest.fixture
def renders(local: Local) -> Path:
    """The renders folder of `idle`."""
    return local.queue.renders
