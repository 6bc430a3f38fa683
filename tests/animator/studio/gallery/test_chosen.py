"""What is known of a chosen item, and what can be made of it."""

import io
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from tests.animator.studio.gallery.conftest import EVIL, EVIL_NAME, OpenGallery, items, shows


def test_the_generation_info_of_an_image_is_shown(open_gallery: OpenGallery) -> None:
    page = open_gallery("q=reuse-me")
    items(page).first.click()
    info = page.get_by_test_id("gallery-info")
    for text in ("a green glass bottle", "plastic", "4242", "16 × 8", "stills/reuse-me.png"):
        expect(info).to_contain_text(text)
    page.get_by_test_id("gallery-raw").click()
    expect(info).to_contain_text("Negative prompt: plastic")


def test_markup_in_prompts_and_names_is_text(open_gallery: OpenGallery) -> None:
    page = open_gallery("q=bold")
    shows(page, EVIL_NAME)
    items(page).first.click()
    expect(page.get_by_test_id("gallery-prompt")).to_have_text(EVIL)
    expect(page.get_by_test_id("gallery-negative-prompt")).to_have_text(EVIL)
    page.get_by_test_id("gallery-search").fill(EVIL)
    shows(page, EVIL_NAME)
    items(page).first.dblclick()
    expect(page.get_by_test_id("lightbox")).to_contain_text(EVIL_NAME)
    expect(page.locator("[onerror]")).to_have_count(0)
    page.keyboard.press("Delete")
    expect(page.get_by_test_id("ask")).to_be_visible()
    page.get_by_test_id("ask-no").click()


def test_settings_of_images_and_of_films_are_used(open_gallery: OpenGallery, renders: Path) -> None:
    page = open_gallery("q=reuse-me")
    items(page).first.click()
    page.get_by_test_id("gallery-use").click()
    page.wait_for_url("**/?film=*")
    text = _draft(renders, page.url)
    assert "seed: 4242" in text and "a green glass bottle" in text
    page = open_gallery("q=lighthouse&kind=film")
    items(page).first.click()
    page.get_by_test_id("gallery-use").click()
    page.wait_for_url("**/?film=*")
    assert "name: harbor" in _draft(renders, page.url)


def test_an_image_is_animated_from_a_copy_that_settings_may_name(
    open_gallery: OpenGallery, renders: Path
) -> None:
    page = open_gallery("q=reuse-me")
    items(page).first.click()
    page.get_by_test_id("gallery-animate").click()
    page.wait_for_url("**/?film=*")
    text = _draft(renders, page.url)
    (copy,) = (renders / "uploads").iterdir()
    assert f"image: {copy.name}" in text and "seed: 4242" in text
    assert copy.read_bytes() == (renders / "stills" / "reuse-me.png").read_bytes()


def test_several_are_downloaded_as_one_archive(open_gallery: OpenGallery) -> None:
    page = open_gallery("q=castle&sort=name")
    items(page).first.click()
    items(page).nth(1).click(modifiers=["Shift"])
    with page.expect_download() as download:
        page.get_by_test_id("gallery-zip").click()
    archive = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))
    assert sorted(archive.namelist()) == ["stills/castle-1.png", "stills/castle-2.png"]
    assert archive.testzip() is None


def _draft(renders: Path, url: str) -> str:
    """Returns the text of the draft that a page of a film shows."""
    return (renders / "drafts" / f"{url.rpartition('=')[2]}.yaml").read_text(encoding="utf-8")
