"""The list of prompts in a browser."""

from playwright.sync_api import Page, expect

from tests.animator.studio.film.text_page import begin, editor, is_well

FILM = "name: small\nsize: [64, 64]\nframes: 8\nfps: 4\nprompts: a lake  # calm\ndiffusion: {steps: 1}\n"


def test_a_single_prompt_becomes_a_list_along_time(film: Page) -> None:
    begin(film, FILM)
    is_well(film)
    first = film.get_by_test_id("prompt-0-text")
    expect(first).to_have_value("a lake")
    first.fill("a pond")
    expect(editor(film)).to_contain_text("prompts: a pond  # calm")
    film.get_by_test_id("prompt-0-negative").fill("fog")
    expect(editor(film)).to_contain_text("a pond --neg fog")
    film.get_by_test_id("add-prompt").click()
    expect(film.get_by_test_id("prompt-1-time")).to_have_value("4")
    expect(film.get_by_test_id("prompt-1")).to_contain_text("frames 4–7 · 1.00–2.00 s")
    expect(film.get_by_test_id("prompt-0")).to_contain_text("frames 0–3")
    film.get_by_test_id("prompt-1-text").fill("a sea")
    expect(editor(film)).to_contain_text("4: 'a sea'")
    film.get_by_test_id("prompt-0-ease").click()
    film.get_by_role("option", name="linear", exact=True).click()
    expect(editor(film)).to_contain_text("ease: linear")
    is_well(film)
    film.get_by_test_id("prompt-1-time").fill("50%")
    film.keyboard.press("Enter")
    expect(editor(film)).to_contain_text("50%: ")
    film.get_by_test_id("prompt-1-delete").click()
    expect(film.get_by_test_id("prompt-1")).to_have_count(0)
    expect(editor(film)).not_to_contain_text("a sea")


def test_prompts_are_in_the_order_of_their_times(film: Page) -> None:
    begin(film, FILM.replace("a lake  # calm", '{0: early, "1s": late}'))
    expect(film.get_by_test_id("prompt-1-text")).to_have_value("late")
    film.get_by_test_id("prompt-0-time").fill("6")
    film.get_by_test_id("prompt-0-text").focus()
    expect(editor(film)).to_contain_text("6: early")
    film.get_by_test_id("prompt-0-text").blur()
    expect(film.get_by_test_id("prompt-1-text")).to_have_value("early")
    film.get_by_test_id("prompt-0-duplicate").click()
    expect(film.get_by_test_id("prompt-2-text")).to_have_value("early")
    expect(film.get_by_test_id("prompt-1-text")).to_have_value("late")


def test_what_cannot_be_is_said_at_the_prompt(film: Page) -> None:
    begin(film, FILM.replace("a lake  # calm", "{0: a lake, 4: a sea}"))
    time = film.get_by_test_id("prompt-1-time")
    time.fill("0")
    time.blur()
    expect(film.get_by_test_id("prompt-1")).to_contain_text("frame 0 has a key already")
    film.get_by_test_id("prompt-1-text").fill("a `sinn(t)`")
    expect(film.get_by_test_id("prompt-1")).to_contain_text("sinn")
    film.get_by_test_id("prompt-1-text").fill("a sea, waves")
    expect(film.get_by_test_id("prompt-1")).not_to_contain_text("sinn")
    is_well(film)


def test_what_is_common_to_all_prompts_is_beside_them(film: Page) -> None:
    begin(film, FILM)
    film.get_by_test_id("prompts-common").click()
    film.get_by_test_id("setting-common-negative_prompt").fill("blurry")
    expect(editor(film)).to_contain_text("negative_prompt: blurry")
    is_well(film)
