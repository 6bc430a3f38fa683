"""`animator serve` and `animator studio`: what they need, and what they do without it."""

import webbrowser
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from animator.cli import serving
from animator.errors import UserError


def lacking(package: str) -> Callable[[str], object]:
    """What finds every package but one."""
    return lambda name: None if name == package else object()


@pytest.mark.parametrize(
    ("command", "missing"),
    [("serve", "fastapi"), ("serve", "uvicorn"), ("studio", "fastapi"), ("studio", "nicegui")],
)
def test_without_its_packages_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, command: str, missing: str
) -> None:
    monkeypatch.setattr(serving, "find_spec", lacking(missing))
    ended = CliRunner().invoke(serving.serving, [command])
    assert isinstance(ended.exception, UserError)
    extra = {"serve": "server", "studio": "studio"}[command]
    assert f"pip install 'animator[{extra}]'" in str(ended.exception)


def test_where_there_is_no_browser_the_address_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda url: False)
    serving.open_browser("http://127.0.0.1:7860")
    assert "open http://127.0.0.1:7860 in one" in capsys.readouterr().err
