"""The editor on the film page, for tests."""

import re

from playwright.sync_api import Locator, Page, expect

SMALL = "name: lake\nsize: [64, 64]\nframes: 4\nprompts: a lake\n"


def editor(page: Page) -> Locator:
    """The place where the film's text is typed."""
    return page.get_by_test_id("yaml-editor").locator(".cm-content")


def write(page: Page, text: str) -> None:
    """Writes another text in place of the film's."""
    editor(page).fill(text)
    expect(page.get_by_test_id("yaml-editor")).to_have_attribute("aria-busy", "false")


def begin(page: Page, text: str) -> None:
    """Writes the text of a film called `small` on a new page, and waits until it is taken."""
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("quickstart")
    expect(editor(page)).to_contain_text("quickstart")
    write(page, text)
    expect(title).to_have_text("small")


def problems(page: Page) -> Locator:
    """The list of the problems."""
    return page.get_by_test_id("problems")


def is_well(page: Page) -> None:
    """Waits until the text has no problems."""
    expect(page.get_by_test_id("yaml-editor")).to_have_attribute("aria-busy", "false")
    expect(problems(page)).to_have_attribute("aria-busy", "false")
    expect(problems(page)).to_contain_text("No problems")


def choose_example(page: Page, name: str) -> None:
    """Chooses an example by its name."""
    page.get_by_test_id("preset-select").click()
    page.get_by_role("option", name=re.compile(rf"^{name}:")).click()
