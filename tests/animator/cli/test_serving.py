"""`animator serve` without what it needs."""

import pytest
from typer.testing import CliRunner

from animator.cli import serving
from animator.errors import UserError


@pytest.mark.parametrize("missing", ["fastapi", "uvicorn"])
def test_without_its_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setattr(serving, "find_spec", lambda name: None if name == missing else object())
    ended = CliRunner().invoke(serving.serving, [])
    assert isinstance(ended.exception, UserError)
    assert "pip install 'animator[server]'" in str(ended.exception)
