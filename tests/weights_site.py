"""A place on this machine from which weights are downloaded, and the empty folder that gets them."""

import hashlib
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.site import serving

WEIGHTS = b"not really weights"
CHECKSUM = hashlib.sha256(WEIGHTS).hexdigest()


class _Store(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(WEIGHTS)

    def log_message(self, *args: object) -> None:
        """Keeps the test output clean."""


def serving_weights(monkeypatch: pytest.MonkeyPatch) -> AbstractContextManager[str]:
    """Yields the URL of a place where every file is `WEIGHTS`."""
    return serving(_Store, monkeypatch)


def empty_models(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder of models, which is empty; torch's downloads are, too."""
    folder = place / "shared"
    folder.mkdir()
    monkeypatch.setenv("ANIMATOR_MODELS", str(folder))
    monkeypatch.setenv("TORCH_HOME", str(place / "torch"))
    return folder
