"""Fixtures of the tests of curves: a page that shows a draft of one's own."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from tests.animator.server.running import wait_until
from tests.animator.studio.conftest import OpenPage

BREATHING = """\
name: breathing
size: [64, 64]
frames: 49
fps: 12
bpm: 120
prompts: {0: a lake at dawn, 24: a lake at night}
diffusion: {steps: 2, sampler: '0:("Euler a"), 12:("DDIM")'}
motion:
  zoom: "0:(1.0), 24:(1.1), 48:(1.0)"   # breathing
  angle: "0:(sin(t/5))"
"""
_NUMBERS = count()


@dataclass(frozen=True)
class Shown:
    """A page that shows a draft.

    Attributes:
        page: The page.
        file: The file of the draft.
        open: Opens another page that shows it.
    """

    page: Page
    file: Path
    open: Callable[[], Page]

    @property
    def text(self) -> str:
        """The text of the draft."""
        return self.file.read_text(encoding="utf-8")

    def has(self, *parts: str) -> None:
        """Waits until the text has some parts."""
        wait_until(lambda: all(part in self.text for part in parts))

    def key(self, path: str, index: int) -> Locator:
        """Returns a key of a curve."""
        return self.page.get_by_test_id(f"key-{path}-{index}")

    def drawn(self, path: str) -> str:
        """Returns how a curve is drawn."""
        line = self.page.get_by_test_id(f"curve-{path}").locator(".curve-path")
        return line.get_attribute("d") or ""


@pytest.fixture
def show(open_page: OpenPage, renders: Path) -> Callable[[str], Shown]:
    """Shows a preset on the page of films."""

    def shown(text: str) -> Shown:
        draft = f"20261130-120000-{next(_NUMBERS):08x}"
        file = renders / "drafts" / f"{draft}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")

        def opened() -> Page:
            page = open_page(f"/?film={draft}")
            page.get_by_test_id("curves-wave").or_(page.locator(".curve-row").nth(1)).first.wait_for()
            return page

        return Shown(opened(), file, opened)

    return shown


@pytest.fixture
def breathing(show: Callable[[str], Shown]) -> Shown:
    """A page that shows a film whose zoom breathes."""
    return show(BREATHING)
