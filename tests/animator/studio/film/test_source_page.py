"""Where a film on the page is from: examples, recent films, its address; what can be done with all of it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.animator.server.running import Command, serving
from tests.animator.studio.conftest import OpenPage
from tests.animator.studio.film.text_page import SMALL, choose_example, editor, is_well, write


def test_an_example_is_chosen_and_undo_brings_the_film_back(film: Page) -> None:
    choose_example(film, "zoom")
    expect(editor(film)).to_contain_text("name: zoom")
    expect(film.get_by_test_id("preset-select")).to_have_value("zoom: Falling into a mandala")
    is_well(film)
    film.get_by_test_id("undo").click()
    expect(editor(film)).to_contain_text("name: quickstart")


def test_a_film_of_ones_own_is_replaced_only_if_one_agrees(film: Page) -> None:
    write(film, SMALL)
    is_well(film)
    choose_example(film, "zoom")
    film.get_by_role("button", name="Cancel").click()
    expect(film.get_by_test_id("preset-select")).to_have_value("")
    expect(editor(film)).to_contain_text("name: lake")
    choose_example(film, "zoom")
    film.get_by_test_id("replace").click()
    expect(editor(film)).to_contain_text("name: zoom")
    film.get_by_test_id("undo").click()
    expect(editor(film)).to_contain_text("name: lake")
    choose_example(film, "zoom")
    film.get_by_test_id("begin-new").click()
    film.wait_for_url("**/?film=*")
    expect(editor(film)).to_contain_text("name: zoom")


def test_an_example_is_found_by_a_word_and_its_picture(film: Page) -> None:
    film.get_by_test_id("examples").click()
    film.get_by_test_id("examples-search").fill("stained breaks")
    expect(film.locator(".film-example:visible")).to_have_count(1)
    film.locator(".film-example:visible img").click()
    expect(editor(film)).to_contain_text("name: seeds")


def test_a_film_is_found_again_renamed_and_deleted(film: Page, open_page: OpenPage) -> None:
    write(film, SMALL.replace("lake", "a film to find", 1))
    is_well(film)
    film.get_by_test_id("film-menu").click()
    film.get_by_text("Rename ...").click()
    film.get_by_test_id("film-name").fill("호수: at night")
    film.get_by_test_id("confirm").click()
    expect(film.get_by_role("heading", level=1)).to_have_text("호수: at night")
    is_well(film)
    page = open_page("/?preset=flight")
    expect(editor(page)).to_contain_text("name: flight")
    page.get_by_test_id("recent").click()
    page.get_by_test_id("recent-search").fill("호수")
    expect(page.get_by_test_id("recent-film")).to_have_count(1)
    page.get_by_test_id("recent-film").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("호수: at night")
    page.get_by_test_id("film-menu").click()
    page.get_by_text("Delete ...").click()
    page.get_by_test_id("ask-yes").click()
    expect(film.get_by_test_id("unkept")).to_contain_text("was deleted")
    editor(film).press("Control+End")
    film.keyboard.type("fps: 12\n")
    expect(film.get_by_test_id("unkept")).to_be_hidden()


def test_a_copy_is_a_film_of_its_own(film: Page) -> None:
    write(film, SMALL)
    is_well(film)
    film.get_by_test_id("film-menu").click()
    film.get_by_text("Duplicate").click()
    film.wait_for_url("**/?film=*")
    expect(editor(film)).to_contain_text("name: lake")
    expect(film.get_by_test_id("opened")).to_contain_text("a copy of lake")
    film.get_by_test_id("opened-close").click()
    expect(film.get_by_test_id("opened")).to_be_hidden()


@pytest.mark.parametrize(
    ("item", "name", "part"),
    [("Download as YAML", "lake.yaml", "name: lake"), ("as Deforum", "lake_settings.txt", '"max_frames": 4')],
)
def test_a_film_is_downloaded(film: Page, item: str, name: str, part: str) -> None:
    write(film, SMALL)
    is_well(film)
    film.get_by_test_id("film-menu").click()
    with film.expect_download() as download:
        film.get_by_text(item).click()
    assert download.value.suggested_filename == name
    assert part in Path(download.value.path()).read_text()


@pytest.mark.parametrize("asked", ["?film=20261130-174512-00000000", "?preset=fligth", "?from=nothing"])
def test_an_address_that_leads_nowhere_says_so_and_shows_a_film(open_page: OpenPage, asked: str) -> None:
    page = open_page(f"/{asked}")
    expect(page.get_by_test_id("unkept")).to_contain_text("is not")
    is_well(page)


def test_a_film_is_there_after_a_restart_of_the_server(
    film: Page, open_page: OpenPage, server: Command, tmp_path: Path
) -> None:
    write(film, SMALL.replace("lake", "a film that stays", 1))
    is_well(film)
    film.close()
    server.process.terminate()
    server.process.wait()
    port = server.url.rpartition(":")[2]
    with serving(server.renders, "--port", port, module="animator"):
        expect(editor(open_page("/"))).to_contain_text("name: a film that stays")
