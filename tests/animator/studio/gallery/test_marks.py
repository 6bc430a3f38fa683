"""Ranks, favorites and the trash."""

from pathlib import Path

import httpx2
from playwright.sync_api import Page, expect

from tests.animator.gallery.shelf import write_image
from tests.animator.server.running import Command, wait_until
from tests.animator.studio.gallery.conftest import OpenGallery, item, items, shows
from tests.animator.studio.gallery.test_search import choose


def agree(page: Page, question: str) -> None:
    """Agrees to a question."""
    expect(page.get_by_role("alertdialog", name=question)).to_be_visible()
    page.get_by_test_id("ask-yes").click()


def test_a_rank_is_given_by_click_and_by_key_and_filtered_for(open_gallery: OpenGallery) -> None:
    page = open_gallery("q=a%20kite")
    items(page).first.click()
    page.get_by_test_id("gallery-rank").get_by_role("radio", name="4 stars").click()
    expect(items(page).first).to_have_attribute("data-rank", "4")
    items(page).first.press("2")
    expect(items(page).first).to_have_attribute("data-rank", "2")
    choose(page, "gallery-rank-from", "3 stars")
    expect(page.get_by_test_id("gallery-empty")).to_be_visible()
    choose(page, "gallery-rank-from", "1 star")
    shows(page, "rank-me.png")
    items(page).first.click()
    page.get_by_test_id("gallery-rank-none").click()
    expect(items(page)).to_have_count(0)


def test_a_favorite_is_marked_and_filtered_for(open_gallery: OpenGallery) -> None:
    page = open_gallery()
    page.get_by_test_id("gallery-search").fill("drum")
    shows(page, "love-me.png")
    items(page).first.click()
    items(page).first.press("f")
    expect(page.get_by_test_id("gallery-favorite")).to_have_attribute("aria-pressed", "true")
    page.get_by_test_id("gallery-search").fill("")
    page.get_by_test_id("gallery-favorites").click()
    shows(page, "love-me.png")


def test_what_is_deleted_comes_back_from_the_trash(open_gallery: OpenGallery, renders: Path) -> None:
    page = open_gallery("q=delete-me")
    file = renders / "stills" / "delete-me.png"
    items(page).first.click()
    page.get_by_test_id("gallery-delete").click()
    agree(page, "Move 1 item to the trash?")
    expect(items(page)).to_have_count(0)
    assert not file.exists()
    page.get_by_test_id("gallery-undo").click()
    shows(page, "delete-me.png")
    assert file.exists()
    items(page).first.click()
    items(page).first.press("Delete")
    agree(page, "Move 1 item to the trash?")
    expect(items(page)).to_have_count(0)
    page.get_by_test_id("gallery-trash").click()
    shows(page, "delete-me.png")
    items(page).first.click()
    page.get_by_test_id("gallery-restore").click()
    expect(items(page)).to_have_count(0)
    assert file.exists()


def test_all_that_match_are_deleted_and_the_trash_is_emptied(
    open_gallery: OpenGallery, server: Command, renders: Path
) -> None:
    for number in range(33):
        write_image(renders / "waste" / f"waste-{number}.png", "a heap")
    url = f"{server.url}/api/v1/gallery?text=waste-"
    wait_until(lambda: httpx2.get(url).json()["total"] == 33)
    page = open_gallery("q=waste-&size=30")
    page.get_by_test_id("gallery-select-page").click()
    expect(page.locator(".gallery-side")).to_contain_text("30 items chosen")
    page.get_by_test_id("gallery-select-all").click()
    page.get_by_test_id("gallery-delete").click()
    agree(page, "Move 33 items to the trash?")
    expect(page.get_by_test_id("gallery-done")).to_have_text("33 items moved to the trash")
    page.get_by_test_id("gallery-trash").click()
    expect(items(page)).to_have_count(30)
    page.get_by_test_id("gallery-empty-trash").click()
    agree(page, "Delete everything in the trash for good? This cannot be undone.")
    expect(page.get_by_test_id("gallery-empty")).to_be_visible()
    assert not list((renders / ".trash").rglob("*.png"))


def test_new_images_are_said_and_shown_when_asked_for(open_gallery: OpenGallery, renders: Path) -> None:
    write_image(renders / "news" / "news-1.png", "a herald")
    page = open_gallery()
    page.get_by_test_id("gallery-search").fill("news-")
    shows(page, "news-1.png")  # is shown as soon as it is found: there was nothing to move
    write_image(renders / "news" / "news-2.png", "a herald")
    news = page.get_by_test_id("gallery-news")
    expect(news).to_have_text("refresh1 new – show")
    shows(page, "news-1.png")
    news.click()
    shows(page, "news-1.png", "news-2.png")
    expect(item(page, "news-2.png")).to_be_visible()
