"""Single images on their page: from a prompt, interrupted, with problems, and with settings of others."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.animator.server.running import Command
from tests.animator.studio.conftest import OpenPage
from tests.animator.studio.generating import file_of, generate, pixels_of, write_settings

TINY = "size: [64, 64]\nsteps: 2\nseed: 7\n"


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The page of single images, with small ones."""
    page = open_page("/generate")
    write_settings(page, TINY)
    return page


def test_an_image_is_generated_from_a_prompt_and_found_again(page: Page, server: Command) -> None:
    page.get_by_test_id("generate-prompt").fill("a lake at dawn")
    page.get_by_test_id("generate-prompt").press("Control+Enter")
    expect(page.get_by_test_id("generate-image-seed")).to_have_text("Seed 7")
    image = page.get_by_test_id("generate-image")
    assert pixels_of(server, image).shape == (64, 64, 3)
    expect(page.get_by_test_id("generate-infotext")).to_contain_text("a lake at dawn")
    page.reload()
    expect(page.get_by_test_id("generate-image-seed")).to_have_text("Seed 7")
    expect(page.get_by_test_id("generate-prompt")).to_have_value("a lake at dawn")


def test_a_batch_is_a_grid_of_images_whose_seeds_can_be_reused(page: Page) -> None:
    page.get_by_test_id("generate-count").fill("3")
    page.get_by_test_id("generate-run").click()
    expect(page.get_by_test_id("generate-thumbnail")).to_have_count(3)
    expect(page.get_by_test_id("generate-image-seed")).to_have_text("Seed 9")
    page.get_by_test_id("generate-thumbnail").nth(1).click()
    expect(page.get_by_test_id("generate-image-seed")).to_have_text("Seed 8")
    page.get_by_test_id("generate-reuse").click()
    expect(page.get_by_test_id("generate-seed")).to_have_value("8")
    page.get_by_test_id("generate-enlarge").click()
    page.get_by_test_id("generate-enlarge-run").click()
    expect(page.get_by_test_id("generate-image-seed")).to_have_text("Enlarged image")
    assert (
        page.get_by_test_id("generate-image").evaluate(
            "image => image.decode().then(() => image.naturalWidth)"
        )
        == 128
    )


def test_a_long_generation_is_interrupted_and_shows_what_it_has(page: Page, open_page: OpenPage) -> None:
    write_settings(page, "size: [256, 256]\nsteps: 2\nseed: 7\ncount: 500\n")
    page.get_by_test_id("generate-run").click()
    expect(page.get_by_test_id("generate-status")).to_contain_text("of 500")
    other = open_page("/generate")
    expect(other.get_by_test_id("generate-status")).to_contain_text("of 500")
    other.close()
    expect(page.get_by_test_id("generate-preview")).to_be_visible()
    page.get_by_test_id("generate-interrupt").click()
    expect(page.get_by_test_id("generate-status")).to_have_count(0)
    expect(page.get_by_test_id("generate-thumbnail").first).to_be_visible()


def test_all_problems_stand_at_their_fields_and_nothing_is_generated(page: Page) -> None:
    page.get_by_test_id("generate-steps").fill("many")
    page.get_by_test_id("generate-size").fill("64 x 4")
    expect(page.get_by_test_id("problems").locator("li")).to_have_count(2)
    field = page.locator(".q-field", has=page.get_by_test_id("generate-steps"))
    expect(field.get_by_role("alert")).to_contain_text("got 'many'")
    page.get_by_test_id("generate-run").click()
    expect(page.get_by_text("nothing was generated")).to_be_visible()
    expect(page.get_by_test_id("generate-thumbnail")).to_have_count(0)
    page.get_by_test_id("generate-group-second-pass-hires").click()
    page.get_by_test_id("generate-hires-scale").fill("99")
    expect(page.get_by_test_id("problems")).to_contain_text("hires.scale")
    for name, value in (("steps", "1"), ("size", "64 x 64"), ("hires-scale", "")):
        page.get_by_test_id(f"generate-{name}").fill(value)
    expect(page.get_by_test_id("problems").locator("li")).to_have_count(0)


def test_an_infotext_and_an_image_give_their_settings(page: Page, server: Command) -> None:
    infotext = """a red boat
Negative prompt: fog
Steps: 2, Sampler: DPM++ 2M, Schedule type: Karras, Seed: 11, Size: 64x64"""
    page.get_by_test_id("generate-paste").fill(infotext)
    page.get_by_test_id("generate-take").click()
    expect(page.get_by_test_id("generate-prompt")).to_have_value("a red boat")
    expect(page.get_by_test_id("generate-negative-prompt")).to_have_value("fog")
    expect(page.get_by_test_id("generate-sampler")).to_have_value("DPM++ 2M")
    expect(page.get_by_test_id("generate-schedule")).to_have_value("Karras")
    expect(page.get_by_test_id("generate-steps")).to_have_value("2")
    buffer = file_of(server, generate(page))
    write_settings(page, TINY)
    expect(page.get_by_test_id("generate-prompt")).to_have_value("")
    file = FilePayload(name="boat.png", mimeType="image/png", buffer=buffer)
    page.get_by_test_id("generate-drop").locator("input").set_input_files([file])
    expect(page.get_by_test_id("generate-prompt")).to_have_value("a red boat")
    expect(page.get_by_test_id("generate-seed")).to_have_value("11")


def test_a_grid_of_two_settings_is_one_sheet(page: Page) -> None:
    page.get_by_test_id("generate-grid").click()
    for axis, setting, values in (("columns", "CFG scale", "1, 3"), ("rows", "Seed", "5, 6")):
        page.get_by_test_id(f"generate-{axis}").click()
        page.get_by_role("option", name=setting, exact=True).last.click()
        page.get_by_test_id(f"generate-{axis}-values").fill(values)
    page.get_by_test_id("generate-run").click()
    expect(page.get_by_test_id("generate-thumbnail")).to_have_count(5)
    expect(page.get_by_test_id("generate-image-seed")).to_have_text("Grid")


def test_a_film_begins_with_an_image(page: Page) -> None:
    page.get_by_test_id("generate-prompt").fill("a quiet harbor")
    generate(page)
    page.get_by_test_id("generate-animate").click()
    expect(page).to_have_url(re.compile(r"/\?film="))


def test_groups_are_switched_on_and_units_added(page: Page) -> None:
    page.get_by_test_id("generate-group-freeu").click()
    page.get_by_test_id("generate-freeu-on").click()
    expect(page.get_by_test_id("generate-text")).to_have_value(re.compile(r"freeu: \{\}"))
    page.get_by_test_id("generate-freeu-b1").fill("9")
    expect(page.get_by_test_id("problems")).to_contain_text("freeu.b1")
    expect(page.get_by_test_id("generate-group-freeu")).to_contain_text("1 wrong")
    page.get_by_test_id("generate-freeu-on").click()
    page.get_by_test_id("generate-group-controlnet").click()
    page.get_by_test_id("generate-add-controlnet").click()
    page.get_by_test_id("generate-controlnet-0-weight").fill("0.5")
    expect(page.get_by_test_id("problems")).to_contain_text("controlnet.0.model")
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_test_id("generate-text")).to_have_value("size:\n- 64\n- 64\nsteps: 2\nseed: 7\n")


@pytest.mark.parametrize(
    "text",
    [
        "controlnet: [3, {weight: {a: 1}}]\ntiling: [1]\nmemory: {a: 1}\nsampler: [1]\nsize: abc\n",
        "freeu: 3\ninit: 4\noutpaint: {left: -5, top: x}\nmask: {image: [1]}\nseed: [1]\nhires: [2]\n",
        "prompt: {a: [1, 2]}\nmodel: 5\nexact: maybe\nunknown: 1\n",
        "prompt: [\n",
    ],
)
def test_any_text_is_shown_with_its_problems_and_can_be_mended(page: Page, text: str) -> None:
    page.get_by_test_id("generate-text").fill(text)
    expect(page.get_by_test_id("problems").locator("li").first).to_be_visible()
    page.get_by_test_id("generate-run").click()
    expect(page.get_by_text("nothing was generated")).to_be_visible()
    write_settings(page, TINY)
    expect(page.get_by_test_id("problems").locator("li")).to_have_count(0)
