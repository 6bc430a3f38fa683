"""The frame of all pages: navigation, theme, language; and that the server's API is what it was."""

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.animator.server.running import Command, is_problem
from tests.animator.studio.conftest import OpenPage

PAGES = ["Film", "Queue", "Gallery", "Generate", "Models"]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_a_click_away(film: Page, name: str) -> None:
    film.get_by_test_id(f"nav-{name.lower()}").click()
    expect(film).to_have_title(f"{name} · animator")
    expect(film.locator("a[aria-current=page]")).to_contain_text(name)


def test_a_chosen_theme_stays(film: Page, open_page: OpenPage) -> None:
    film.get_by_test_id("theme").click()
    film.get_by_role("option", name="Dark").click()
    expect(film.locator("body.body--dark")).to_have_count(1)
    expect(open_page("/queue").locator("body.body--dark")).to_have_count(1)


def test_a_chosen_language_stays(film: Page, open_page: OpenPage) -> None:
    film.get_by_test_id("language").click()
    film.get_by_role("option", name="한국어").click()
    expect(film).to_have_title("영상 · animator")
    expect(open_page("/queue").locator("html")).to_have_attribute("lang", "ko-KR")


def test_the_keyboard_leads_past_the_navigation(film: Page) -> None:
    film.keyboard.press("Tab")
    expect(film.get_by_text("Skip to the content")).to_be_focused()
    film.keyboard.press("Enter")
    expect(film.locator("#content")).to_be_focused()


def test_the_api_answers_beside_the_pages(server: Command) -> None:
    assert is_problem(httpx2.get(f"{server.url}/nothing"), 404)
    assert is_problem(httpx2.delete(f"{server.url}/health"), 405)
    assert httpx2.get(f"{server.url}/api/v1/jobs").json()["jobs"] == []


def test_pages_permit_nothing_from_elsewhere(server: Command) -> None:
    policy = httpx2.get(f"{server.url}/").headers["content-security-policy"]
    assert "default-src 'self'" in policy and "http" not in policy


def test_another_site_cannot_connect_to_the_pages(server: Command) -> None:
    url = f"{server.url}/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    answer = httpx2.get(url, headers={"Origin": "http://evil.example"})
    assert "access-control-allow-origin" not in answer.headers
