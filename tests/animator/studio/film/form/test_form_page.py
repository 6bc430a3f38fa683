"""The form of the settings in a browser: it and the YAML are the same thing."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.animator.studio.conftest import OpenPage
from tests.animator.studio.film.text_page import begin, editor, is_well, write

FILM = """# my film
name: small
mode: 2d
size: [64, 64]  # small
frames: 4  # short
prompts: a lake
diffusion: {steps: 1, strength: 0.5}
"""


@pytest.fixture
def form(film: Page) -> Page:
    """The form, with a film of few settings."""
    begin(film, FILM)
    film.get_by_test_id("tab-settings").click()
    return film


def is_in_text(page: Page, *lines: str) -> None:
    for line in lines:
        expect(editor(page)).to_contain_text(line)


def test_every_kind_of_field_changes_its_line_and_nothing_else(form: Page) -> None:
    form.get_by_test_id("group-film").click()
    form.get_by_test_id("setting-frames").fill("6")
    is_in_text(form, "# my film", "frames: 6  # short")
    form.get_by_test_id("setting-mode").click()
    form.get_by_role("option", name="3d", exact=True).click()
    is_in_text(form, "mode: 3d", "frames: 6  # short")
    form.get_by_test_id("setting-compat").click()
    is_in_text(form, "compat: true")
    form.get_by_test_id("setting-size-width").fill("128")
    is_in_text(form, "size: [128, 64]  # small")
    form.get_by_role("button", name="Swap width and height").click()
    is_in_text(form, "size: [64, 128]  # small")
    form.get_by_test_id("group-diffusion").click()
    form.get_by_test_id("setting-diffusion.strength").fill("0:(0.5), 3:(0.6)")
    is_in_text(form, "0:(0.5), 3:(0.6)", "steps: 1")
    is_well(form)


def test_a_wrong_value_is_explained_at_its_field_and_can_be_reset(form: Page) -> None:
    form.get_by_test_id("group-diffusion").click()
    field = form.get_by_test_id("setting-diffusion.strength")
    field.fill("0:(sinn(t))")
    expect(form.get_by_test_id("problem-diffusion.strength")).to_contain_text("sinn")
    expect(field).to_have_value("0:(sinn(t))")
    expect(form.get_by_test_id("group-diffusion")).to_contain_text("1 wrong")
    form.get_by_test_id("reset-diffusion.strength").click()
    expect(form.get_by_test_id("problem-diffusion.strength")).to_be_empty()
    expect(field).to_have_value("0.65")
    expect(editor(form)).not_to_contain_text("strength")
    is_in_text(form, "steps: 1")


def test_what_others_write_is_in_the_form_but_not_under_ones_hands(form: Page, open_page: OpenPage) -> None:
    form.get_by_test_id("group-film").click()
    frames = form.get_by_test_id("setting-frames")
    frames.focus()
    other = open_page("/")
    other.get_by_test_id("tab-settings").click()
    other.get_by_test_id("group-film").click()
    expect(other.get_by_test_id("setting-frames")).to_have_value("4")
    other.get_by_test_id("setting-frames").fill("9")
    other.get_by_test_id("setting-fps").fill("24")
    expect(form.get_by_test_id("setting-fps")).to_have_value("24")
    expect(frames).to_have_value("4")
    frames.blur()
    expect(frames).to_have_value("9")
    write(form, FILM.replace("frames: 4", "frames: many"))
    expect(frames).to_have_value("many")
    expect(form.get_by_test_id("problem-frames")).to_contain_text("valid integer")


def test_settings_are_found_by_deforums_names_and_their_help_has_them(form: Page) -> None:
    form.get_by_test_id("settings-search").fill("strength_schedule")
    row = form.get_by_test_id("row-diffusion.strength")
    expect(row).to_contain_text("Diffusion")
    expect(form.get_by_test_id("group-motion")).to_be_hidden()
    form.get_by_test_id("help-diffusion.strength").focus()
    form.keyboard.press("Enter")
    expect(row).to_contain_text("Amount of the previous frame that is kept")
    expect(row).to_contain_text("strength_schedule")
    form.get_by_test_id("setting-diffusion.strength").fill("0.7")
    is_in_text(form, "strength: 0.7")
    form.get_by_test_id("settings-search").fill("")
    expect(form.get_by_test_id("group-motion")).to_be_visible()


def test_what_is_set_can_be_shown_alone(form: Page) -> None:
    form.get_by_test_id("settings-only-set").click()
    rows = form.locator("[data-testid^=row-]:visible")
    expect(rows).to_have_count(7)
    expect(form.get_by_test_id("row-diffusion.steps")).to_be_visible()


def test_a_setting_without_effect_says_what_it_needs(form: Page) -> None:
    form.get_by_test_id("group-camera").click()
    expect(form.get_by_test_id("row-camera.fov")).to_contain_text("No effect: needs mode: 3d")
    write(form, FILM.replace("2d", "3d"))
    expect(form.get_by_test_id("row-camera.fov")).not_to_contain_text("No effect")


def test_units_and_steps_are_added_moved_and_removed(form: Page) -> None:
    form.get_by_test_id("group-steps").click()
    form.get_by_test_id("add-steps").click()
    form.get_by_test_id("setting-steps.0.amount").fill("0.4")
    is_in_text(form, "use: vignette", "amount: 0.4")
    form.get_by_test_id("add-steps").click()
    form.get_by_test_id("setting-steps.1.amount").fill("0.9")
    form.get_by_test_id("up-steps-1").click()
    expect(form.get_by_test_id("setting-steps.0.amount")).to_have_value("0.9")
    expect(form.get_by_test_id("setting-steps.1.amount")).to_have_value("0.4")
    for _ in range(2):
        form.get_by_test_id("remove-steps-0").click()
    expect(editor(form)).not_to_contain_text("steps: [{")
    expect(form.get_by_test_id("item-steps-0")).to_have_count(0)
    form.get_by_test_id("group-controlnet").click()
    form.get_by_test_id("add-controlnet").click()
    expect(form.get_by_test_id("group-controlnet")).to_contain_text("1 wrong")
    form.get_by_test_id("remove-controlnet-0").click()
    expect(editor(form)).not_to_contain_text("controlnet")
    is_well(form)


def test_a_file_is_sent_and_chosen_and_models_and_samplers_are_listed(form: Page, picture: str) -> None:
    form.get_by_test_id("group-init").click()
    form.get_by_test_id("pick-init.image").click()
    form.locator("[data-testid=pick-send] input[type=file]").set_input_files(picture)
    expect(form.get_by_test_id("setting-init.image")).to_have_value(re.compile(r"^[0-9a-f]{64}\.png$"))
    is_well(form)
    form.get_by_test_id("pick-init.image").click()
    expect(form.get_by_test_id("pick").first).to_contain_text("PNG image")
    form.keyboard.press("Escape")
    form.get_by_test_id("group-film").click()
    form.get_by_test_id("setting-model").fill("nothing")
    expect(form.get_by_test_id("problem-model")).to_contain_text("nothing")
    form.get_by_test_id("pick-model").click()
    form.get_by_test_id("pick").filter(has_text="starter").click()
    expect(form.get_by_test_id("setting-model")).to_have_value("starter")
    form.get_by_test_id("group-diffusion").click()
    form.get_by_test_id("pick-diffusion.sampler").click()
    form.get_by_test_id("pick-search").fill("heun")
    form.get_by_test_id("pick").filter(has_text="Heun", visible=True).first.click()
    expect(form.get_by_test_id("setting-diffusion.sampler")).to_have_value(re.compile("Heun"))
    is_well(form)


def test_a_place_that_cannot_be_edited_is_explained_at_the_field(form: Page) -> None:
    write(form, FILM + "motion: 3\n")
    form.get_by_test_id("group-motion").click()
    form.get_by_test_id("setting-motion.zoom").fill("1.02")
    expect(form.get_by_test_id("problem-motion.zoom")).to_contain_text("motion.zoom")


def test_broken_yaml_is_said_and_the_form_comes_back_with_the_text(form: Page) -> None:
    form.get_by_test_id("group-film").click()
    write(form, "frames: [\n")
    expect(form.get_by_text("The text is no YAML at the moment")).to_be_visible()
    write(form, FILM.replace("frames: 4", "frames: 5"))
    expect(form.get_by_test_id("setting-frames")).to_have_value("5")
    expect(form.get_by_text("The text is no YAML at the moment")).to_be_hidden()
