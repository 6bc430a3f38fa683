"""The film's text on the page: problems at their place, and several browsers on one text."""

import re

from playwright.sync_api import Page, expect

from tests.animator.studio.conftest import OpenPage
from tests.animator.studio.film.text_page import SMALL, editor, is_well, problems, write


def test_a_broken_value_is_a_problem_at_its_line_until_it_is_mended(film: Page) -> None:
    write(film, SMALL.replace("frames: 4", "frames: many"))
    problem = problems(film).get_by_role("button", name=re.compile("Line 3.*frames"))
    expect(problem).to_be_visible()
    expect(film.locator(".yaml-marked")).to_have_text("frames: many")
    film.locator(".yaml-marked").first.hover()
    expect(film.locator(".yaml-tooltip")).to_contain_text("frames")
    problem.click()
    expect(editor(film)).to_be_focused()
    film.keyboard.press("End")
    for _ in "many":
        film.keyboard.press("Backspace")
    film.keyboard.type("5")
    is_well(film)
    expect(film.locator(".yaml-marked")).to_have_count(0)
    expect(editor(film)).to_contain_text("frames: 5")


def test_text_that_is_no_yaml_and_an_unknown_setting_are_explained(film: Page) -> None:
    write(film, SMALL + "motion: [1,\n")
    expect(problems(film)).to_contain_text("is not YAML")
    write(film, SMALL + "diffusion: {strenght: 0.5}  # 🌊 한국어\n")
    expect(problems(film)).to_contain_text("did you mean `strength`")
    expect(film.locator(".yaml-marked")).to_have_text("strenght: 0.5}")


def test_what_is_typed_is_text_wherever_it_is_shown(film: Page) -> None:
    write(film, SMALL.replace("lake", '"<img src=x onerror=alert(1)>"', 1) + "'<b>bold</b>': 1\n")
    expect(problems(film)).to_contain_text("<b>bold</b>")
    expect(film.get_by_role("heading", level=1)).to_have_text("<img src=x onerror=alert(1)>")


def test_settings_are_completed_in_their_group(film: Page) -> None:
    write(film, SMALL + "motion:\n  zoo")
    editor(film).press("Control+End")
    editor(film).press("Control+Space")
    film.get_by_role("option", name="zoom", exact=True).click()
    expect(editor(film)).to_contain_text("zoom:")


def test_tab_leaves_the_text(film: Page) -> None:
    editor(film).click()
    film.keyboard.press("Tab")
    expect(editor(film)).not_to_be_focused()


def test_two_browsers_write_one_text_without_losing_a_letter(film: Page, open_page: OpenPage) -> None:
    write(film, SMALL)
    is_well(film)
    other = open_page("/")
    expect(editor(other)).to_contain_text("name: lake")
    editor(film).press("Control+Home")
    editor(other).press("Control+End")
    for first, second in zip("# the first\n", "fps: 12\n# a\n", strict=True):
        film.keyboard.type(first)
        other.keyboard.type(second)
    for page in (film, other):
        expect(editor(page)).to_contain_text("# the first")
        expect(editor(page)).to_contain_text("fps: 12")
        is_well(page)
    assert text_of(film) == text_of(other)
    film.keyboard.type("still here")  # the cursor is where it was
    expect(editor(other)).to_contain_text("still here")
    assert text_of(other).startswith("# the first\nstill here")


def text_of(page: Page) -> str:
    return "\n".join(page.locator(".cm-line").all_inner_texts())


def test_undo_takes_back_what_was_typed_in_one_go_and_its_keys_work_outside_of_text(film: Page) -> None:
    write(film, SMALL)
    is_well(film)
    film.get_by_test_id("undo").click()
    expect(editor(film)).to_contain_text("name: quickstart")
    film.locator("h1").click()
    film.keyboard.press("Control+Shift+Z")
    expect(editor(film)).to_contain_text("name: lake")
    film.keyboard.press("Control+Z")
    expect(editor(film)).to_contain_text("name: quickstart")
    expect(film.get_by_test_id("undo")).to_be_disabled()
