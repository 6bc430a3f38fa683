"""Fixtures of the gallery's tests: a server whose renders folder has images and a film already."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from animator.runs.render_run import render_run
from animator.settings import Animation
from tests.animator.gallery.shelf import write_image
from tests.animator.server.running import Command, serving
from tests.animator.studio.conftest import OpenPage
from tests.fakes import QUIET, CountingGrays

LEAVES = 70
"""Small images without much in them, for pages."""
EVIL = "<img src=x onerror=alert(1)>"
EVIL_NAME = "bold <img src=x onerror=alert(2)>.png"
"""A prompt and a name that are markup."""
FILM = {**QUIET, "name": "harbor", "size": [64, 64], "frames": 3, "prompts": "a lighthouse in fog"}
OpenGallery = Callable[..., Page]
"""Opens the gallery with the parameters of its URL."""


IMAGES: Mapping[str, Mapping[str, Any]] = {
    "castle-1.png": {"prompt": "a castle on a hill", "negative": "blurry, fog"},
    "castle-2.png": {"prompt": "a Castle of sand", "negative": "people"},
    "bridge-1.png": {"prompt": "a bridge at night", "negative": "blurry"},
    "bridge-2.png": {"prompt": "a bridge at noon"},
    "rank-me.png": {"prompt": "a kite"},
    "love-me.png": {"prompt": "a drum"},
    "delete-me.png": {"prompt": "a broken vase"},
    "reuse-me.png": {
        "prompt": "a green glass bottle",
        "negative": "plastic",
        "fields": "Steps: 3, Seed: 4242",
    },
    EVIL_NAME: {"prompt": EVIL, "negative": EVIL},
}
"""Images by their names, with what is written in them."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """A server for all tests of the gallery; each has images of its own."""
    renders = tmp_path_factory.mktemp("renders")
    for name, facts in IMAGES.items():
        write_image(renders / "stills" / name, **facts)
    for number in range(LEAVES):
        write_image(renders / "many" / f"leaf-{number:03d}.png", gray=3 * number)
    film = Animation.model_validate(FILM)
    render_run(film, renders / "harbor" / "1", diffuser=CountingGrays(), device="cpu")
    with serving(renders, module="animator") as command:
        yield command


@pytest.fixture
def open_gallery(open_page: OpenPage) -> OpenGallery:
    """Opens the gallery, once it has items to show."""

    def opened(parameters: str = "") -> Page:
        page = open_page(f"/gallery?{parameters}")
        expect(page.get_by_test_id("gallery-item").first).to_be_visible()
        return page

    return opened


def items(page: Page) -> Locator:
    """The thumbnails of a page."""
    return page.get_by_test_id("gallery-item")


def item(page: Page, name: str) -> Locator:
    """The thumbnail of a file."""
    return items(page).filter(has_text=name)


def shows(page: Page, *names: str) -> None:
    """Waits until a page shows some files and no others."""
    expect(items(page)).to_have_count(len(names))
    for name in names:
        expect(item(page, name)).to_have_count(1)
