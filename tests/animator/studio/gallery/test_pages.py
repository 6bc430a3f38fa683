"""The pages of results, and moving on them by keyboard."""

from playwright.sync_api import expect

from tests.animator.studio.gallery.conftest import OpenGallery, item, items

LEAVES = "q=leaf-&sort=name&size=30"


def test_pages_are_turned_by_buttons_and_by_number(open_gallery: OpenGallery) -> None:
    page = open_gallery(LEAVES)
    shown = page.get_by_test_id("gallery-range")
    expect(shown).to_have_text("Items 1–30 of 70")
    page.get_by_test_id("gallery-last").click()
    expect(shown).to_have_text("Items 61–70 of 70")
    expect(page.get_by_test_id("gallery-next")).to_be_disabled()
    page.get_by_test_id("gallery-previous").click()
    expect(shown).to_have_text("Items 31–60 of 70")
    number = page.get_by_test_id("gallery-page")
    number.fill("99")
    number.press("Enter")
    expect(shown).to_have_text("Items 61–70 of 70")
    expect(number).to_have_value("3")
    page.get_by_test_id("gallery-first").click()
    expect(item(page, "leaf-000.png")).to_be_visible()
    page.go_back()
    expect(shown).to_have_text("Items 61–70 of 70")


def test_keys_move_choose_and_open(open_gallery: OpenGallery) -> None:
    page = open_gallery(LEAVES)
    items(page).first.click()
    page.keyboard.press("ArrowRight")
    expect(item(page, "leaf-001.png")).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(3)
    page.keyboard.press("End")
    expect(item(page, "leaf-029.png")).to_be_focused()
    page.keyboard.press("Enter")
    box = page.get_by_test_id("lightbox")
    expect(box).to_contain_text("leaf-029.png · 30 / 70")
    expect(box).to_be_focused()
    page.keyboard.press("ArrowRight")  # to the next page
    expect(box).to_contain_text("leaf-030.png · 31 / 70")
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(item(page, "leaf-030.png")).to_be_focused()


def test_thumbnails_are_loaded_and_a_film_plays(open_gallery: OpenGallery) -> None:
    page = open_gallery("q=lighthouse&kind=film")
    image = items(page).first.locator("img")
    expect(image).to_have_js_property("complete", value=True)
    assert image.evaluate("image => image.naturalWidth") == 64
    items(page).first.dblclick()
    page.wait_for_function("document.querySelector('.lightbox video')?.readyState >= 2")


def test_two_images_are_compared_by_a_handle_that_keys_move(open_gallery: OpenGallery) -> None:
    page = open_gallery(LEAVES)
    items(page).nth(0).click()
    items(page).nth(1).click(modifiers=["Control"])
    page.get_by_test_id("gallery-compare").click()
    handle = page.get_by_test_id("compare-slider")
    expect(handle).to_have_attribute("aria-valuenow", "50")
    handle.press("ArrowLeft")
    expect(handle).to_have_attribute("aria-valuenow", "48")
    handle.press("End")
    expect(handle).to_have_attribute("aria-valuenow", "100")
    frame = page.locator(".compare")
    frame.click(position={"x": frame.evaluate("frame => frame.offsetWidth") / 4, "y": 9})
    expect(handle).to_have_attribute("aria-valuenow", "25")
