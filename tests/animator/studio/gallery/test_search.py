"""Finding images and films by what is written in and about them."""

from playwright.sync_api import Page, expect

from tests.animator.studio.gallery.conftest import OpenGallery, item, items, shows


def choose(page: Page, test_id: str, option: str) -> None:
    """Chooses an option of a list."""
    page.get_by_test_id(test_id).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_a_film_is_found_by_a_word_of_its_prompt_and_by_its_kind(open_gallery: OpenGallery) -> None:
    page = open_gallery()
    page.get_by_test_id("gallery-search").fill("lighthouse")
    shows(page, "000000000.png", "000000001.png", "000000002.png", "harbor.mp4")
    choose(page, "gallery-kind", "Films")
    shows(page, "harbor.mp4")
    choose(page, "gallery-kind", "Frames")
    expect(items(page)).to_have_count(3)
    page.get_by_test_id("gallery-reset").click()
    expect(page.get_by_test_id("gallery-search")).to_have_value("")


def test_one_field_is_searched_in_and_a_run_folder(open_gallery: OpenGallery) -> None:
    page = open_gallery()
    page.get_by_test_id("gallery-search").fill("seed:4242")
    shows(page, "reuse-me.png")
    page.get_by_test_id("gallery-search").fill("")
    choose(page, "gallery-run", "harbor/1")
    expect(items(page)).to_have_count(4)


def test_a_negative_prompt_is_asked_for_or_ruled_out(open_gallery: OpenGallery) -> None:
    page = open_gallery("q=a%20bridge")
    shows(page, "bridge-1.png", "bridge-2.png")
    page.get_by_test_id("gallery-negative").fill("blurry")
    shows(page, "bridge-1.png")
    choose(page, "gallery-negative-mode", "without it")
    shows(page, "bridge-2.png")
    choose(page, "gallery-negative-mode", "any")
    shows(page, "bridge-1.png", "bridge-2.png")


def test_case_and_regular_expressions_are_asked_for(open_gallery: OpenGallery) -> None:
    page = open_gallery("q=castle")
    shows(page, "castle-1.png", "castle-2.png")
    page.get_by_test_id("gallery-search").fill("Castle of")
    page.get_by_test_id("gallery-case").click()
    shows(page, "castle-2.png")
    page.get_by_test_id("gallery-regex").click()
    page.get_by_test_id("gallery-search").fill("a (Castle|bridge) (of|at)")
    shows(page, "castle-2.png", "bridge-1.png", "bridge-2.png")


def test_a_wrong_regular_expression_says_what_is_wrong(open_gallery: OpenGallery) -> None:
    page = open_gallery("q=castle")
    shows(page, "castle-1.png", "castle-2.png")  # filters are set by the address until then
    page.get_by_test_id("gallery-regex").click()
    page.get_by_test_id("gallery-search").fill("castle (")
    expect(page.get_by_test_id("gallery-empty")).to_contain_text("is no regular expression")
    page.get_by_test_id("gallery-search").fill("castle")
    shows(page, "castle-1.png", "castle-2.png")


def test_the_history_of_the_browser_and_its_url_have_what_was_searched(open_gallery: OpenGallery) -> None:
    page = open_gallery()
    page.get_by_test_id("gallery-search").fill("castle")
    shows(page, "castle-1.png", "castle-2.png")
    page.get_by_test_id("gallery-case").click()
    shows(page, "castle-1.png", "castle-2.png")
    page.reload()
    shows(page, "castle-1.png", "castle-2.png")
    expect(page.get_by_test_id("gallery-search")).to_have_value("castle")
    expect(page.get_by_test_id("gallery-case")).to_be_checked()
    page.go_back()
    expect(page.get_by_test_id("gallery-case")).not_to_be_checked()
    page.go_back()
    expect(page.get_by_test_id("gallery-search")).to_have_value("")
    expect(item(page, "leaf-069.png")).to_be_visible()
