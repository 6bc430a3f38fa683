"""Fixtures of the studio's tests: the real server with the built-in model, and pages in a real browser."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect, sync_playwright

from tests.animator.server.running import Command, serving

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
NO_BROWSER = f"needs a browser: none of {', '.join(BROWSERS)} is installed"
TIMEOUT_MS = 60_000
OpenPage = Callable[[str], Page]
"""Opens the page of a path of the server."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a window; skips where none is installed.

    One for each file: while one is open, no other test in its process can run an event loop.
    """
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(NO_BROWSER)
    expect.set_options(
        timeout=TIMEOUT_MS
    )  # loading a model takes a while on a machine that does other things
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """The real server with the built-in model and one worker."""
    with serving(tmp_path_factory.mktemp("renders"), module="animator") as command:
        yield command


def is_replaced_frame(message: ConsoleMessage) -> bool:
    """True where a frame was asked for that is gone at this moment, as its film is rendered again."""
    return "404" in message.text and "/frames/" in message.location["url"]


@pytest.fixture
def open_page(browser: Browser, server: Command) -> Iterator[OpenPage]:
    """Opens pages in a fresh profile; fails where one loads anything from elsewhere, or has an error."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    context.set_default_timeout(TIMEOUT_MS)
    elsewhere: list[str] = []
    errors: list[str] = []

    def keep_inside(route: Route) -> None:
        if urlsplit(route.request.url).netloc == urlsplit(server.url).netloc:
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not is_replaced_frame(message):
            errors.append(message.text)

    def opened(path: str) -> Page:
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(server.url + path)
        page.wait_for_function("window.did_handshake")
        return page

    context.route("**/*", keep_inside)
    yield opened
    context.close()
    assert not elsewhere
    assert not errors


@pytest.fixture
def film(open_page: OpenPage) -> Page:
    """The page on which a film is written."""
    return open_page("/")


@pytest.fixture
def renders(server: Command) -> Path:
    """The renders folder of the server."""
    return server.renders
