"""Pages of a server that asks for a token: who gets them, and what the server says on its terminal."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.animator.server.running import Command, serving

TOKEN = "0123456789abcdef0123"
PATHS = ("/", "/queue", "/gallery", "/generate", "/train", "/models")


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Command]:
    """A server with a token, and one worker."""
    (tmp_path / "token").write_text(TOKEN)
    with serving(tmp_path / "renders", "--token-file", str(tmp_path / "token"), module="animator") as command:
        yield command


@pytest.fixture
def known(browser: Browser) -> Iterator[BrowserContext]:
    """A browser whose person types the token as a password when they are asked."""
    context = browser.new_context(http_credentials={"username": "me", "password": TOKEN})
    yield context
    context.close()


def open_all(context: BrowserContext, server: Command) -> list[Page]:
    """Opens every page, each to the point where it is connected."""
    pages = []
    for path in PATHS:
        page = context.new_page()
        page.goto(server.url + path)
        page.wait_for_function("window.did_handshake")
        pages.append(page)
    return pages


def test_a_person_with_the_token_gets_every_page_and_the_end_is_quiet(
    guarded: Command, known: BrowserContext
) -> None:
    first, *_ = open_all(known, guarded)
    first.evaluate(
        "window.socket.emit('log', {client_id: window.clientId, level: 'error', message: 'red \\x1b[31m'})"
    )
    first.wait_for_function("fetch('/health').then(answer => answer.ok)")
    said = guarded.end(signal.SIGINT)
    assert "Traceback" not in said
    assert "\x1b" not in said and "red \\x1b[31m" in said
    assert set(said.splitlines()[1:]) == {
        "the running jobs stop after their frame; they go on when the server starts again"
    }


def test_without_the_token_nothing_of_a_page_is_there(guarded: Command) -> None:
    for path in (*PATHS, "/favicon.ico", "/studio/samplers/ddim.jpg", "/studio/inputs?name=x.png",
                 "/studio/image-previews/x", "/_nicegui/x", "/_nicegui_ws/socket.io/?EIO=4&transport=polling",
                 "/api/v1/gallery/items"):  # fmt: skip
        assert httpx2.get(guarded.url + path).status_code == 401, path


def test_scripts_of_the_studio_are_asked_for_again_after_an_upgrade(guarded: Command) -> None:
    def policy(path: str) -> tuple[str, str]:
        answer = httpx2.get(guarded.url + path, auth=("", TOKEN))
        assert answer.status_code == 200, path
        return answer.headers["cache-control"], answer.headers["content-security-policy"]

    html = httpx2.get(guarded.url, auth=("", TOKEN)).text
    scripts = re.findall(r'"(/_nicegui/[^"]+\.js)"', html)
    imports = dict(re.findall(r'"([\w-]+)": ?"(/_nicegui/[^"]+\.js)"', html))
    component = next(script for script in scripts if script.endswith("/undo_keys.js"))
    curves = imports["animator-curves"]
    ours = [component, curves, curves.replace("index.js", "plot.js"), imports["animator-paint"]]
    assert {policy(path)[0] for path in ours} == {"no-cache"}
    others = [script for script in scripts if script.endswith(("/link.js", "/vue.esm-browser.prod.js"))]
    assert others and all("immutable" in policy(path)[0] for path in others)
    assert all("frame-ancestors 'none'" in policy(path)[1] for path in (*ours, *others))


def test_a_page_that_is_not_there_has_the_policy_too(guarded: Command) -> None:
    answer = httpx2.get(f"{guarded.url}/_nicegui/nothing", auth=("", TOKEN))
    assert answer.status_code == 404
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
