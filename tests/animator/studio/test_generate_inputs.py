"""Images from other images on their page: painted masks, sketches, and room around the image."""

import io
import re

import httpx2
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.animator.server.running import Command, wait_until
from tests.animator.studio.conftest import OpenPage
from tests.animator.studio.generating import generate, pixels_of, write_settings

BLUE = (40, 90, 160)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The page of single images, which are to be small."""
    page = open_page("/generate")
    write_settings(page, "size: [64, 64]\nsteps: 2\nseed: 7\n")
    return page


def open_blue(page: Page, mode: str, size: tuple[int, int] = (96, 64)) -> None:
    """Opens a blue image to generate from in a mode."""
    buffer = io.BytesIO()
    Image.new("RGB", size, BLUE).save(buffer, "PNG")
    page.get_by_role("button", name=mode, exact=True).click()
    file = FilePayload(name="blue.png", mimeType="image/png", buffer=buffer.getvalue())
    page.get_by_test_id("canvas-file").set_input_files([file])
    expect(page.get_by_test_id("paint-canvas")).to_have_attribute("data-image", re.compile(r"\.png$"))


def paint(page: Page, *points: tuple[float, float]) -> None:
    """Draws a stroke over the canvas between points, which are shares of its width and height."""
    box = page.get_by_test_id("paint-canvas").bounding_box()
    assert box is not None
    for number, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def test_only_what_is_painted_over_is_generated_anew(page: Page, server: Command) -> None:
    open_blue(page, "Inpaint")
    page.get_by_test_id("canvas-size").fill("12")
    paint(page, (0.5, 0.45), (0.5, 0.55))
    page.get_by_test_id("generate-mask-blur").fill("0")
    pixels = pixels_of(server, generate(page))
    changed = (pixels != BLUE).any(axis=2)
    assert pixels.shape == (64, 96, 3)
    assert changed[32, 48] and changed.mean() < 0.2
    assert not changed[:, :30].any() and not changed[:, 66:].any()


def test_a_mask_is_opened_from_a_file(page: Page, server: Command) -> None:
    open_blue(page, "Inpaint", (64, 64))
    mask, buffer = Image.new("L", (64, 64)), io.BytesIO()
    mask.paste(255, (0, 0, 64, 24))
    mask.save(buffer, "PNG")
    file = FilePayload(name="mask.png", mimeType="image/png", buffer=buffer.getvalue())
    page.get_by_test_id("canvas-mask-file").set_input_files([file])
    expect(page.get_by_test_id("paint-canvas")).to_have_attribute("data-masked", "true")
    page.get_by_test_id("generate-mask-blur").fill("0")
    changed = (pixels_of(server, generate(page)) != BLUE).any(axis=2)
    assert changed[:20].mean() > 0.9 and not changed[28:].any()


def test_a_painted_mask_is_there_after_a_reload(page: Page) -> None:
    open_blue(page, "Inpaint")
    page.get_by_test_id("paint-canvas").focus()
    for key in ("Space", "ArrowRight", "ArrowRight", "Control+z", "Control+Shift+z"):
        page.keyboard.press(key)
    generate(page)
    text = page.get_by_test_id("generate-text").input_value()
    page.reload()
    expect(page.get_by_test_id("generate-thumbnail")).to_have_count(1)
    generate(page)
    page.get_by_test_id("generate-as-text").get_by_text("As text").click()
    expect(page.get_by_test_id("generate-text")).to_have_value(text)


def test_a_sketch_is_what_the_image_begins_with(page: Page, server: Command) -> None:
    page.get_by_role("button", name="Sketch", exact=True).click()
    page.get_by_test_id("canvas-color").fill("#c02020")
    page.get_by_test_id("canvas-fill").click()
    page.get_by_test_id("generate-init-strength").fill("1")
    red, green, _ = pixels_of(server, generate(page)).reshape(-1, 3).mean(axis=0)
    assert red > green + 60
    page.get_by_test_id("canvas-undo").click()
    page.get_by_test_id("generate-run").click()
    expect(page.get_by_text("Open an image first")).to_be_visible()


def test_strokes_of_an_inpaint_sketch_are_the_mask_and_the_colors(page: Page, server: Command) -> None:
    open_blue(page, "Inpaint sketch", (64, 64))
    page.get_by_test_id("canvas-color").fill("#c02020")
    page.get_by_test_id("canvas-size").fill("16")
    paint(page, (0.5, 0.48), (0.5, 0.52))
    page.get_by_test_id("generate-init-strength").fill("1")
    pixels = pixels_of(server, generate(page))
    assert pixels[32, 32, 0] > pixels[32, 32, 2] and tuple(pixels[2, 2]) == BLUE


def test_an_edge_is_dragged_to_where_the_image_should_end(page: Page, server: Command) -> None:
    open_blue(page, "Outpaint", (64, 64))
    handle = page.get_by_test_id("canvas-handle-right")
    box = handle.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 100, box["y"], steps=5)
    page.mouse.up()
    expect(handle).not_to_have_attribute("aria-valuenow", "0")
    page.get_by_test_id("canvas-handle-top").focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_test_id("generate-outpaint-top")).to_have_value("8")
    page.get_by_test_id("generate-outpaint-right").fill("32")
    expect(handle).to_have_attribute("aria-valuenow", "32")
    assert pixels_of(server, generate(page)).shape == (72, 96, 3)


def test_a_result_is_the_next_input(page: Page) -> None:
    generate(page)
    page.get_by_test_id("generate-input").click()
    expect(page.get_by_test_id("paint-canvas")).to_be_visible()
    expect(page.get_by_test_id("generate-init-strength")).to_be_visible()
    generate(page)
    expect(page.get_by_test_id("generate-infotext")).to_contain_text("Denoising strength")


def test_an_image_of_the_gallery_is_where_another_begins(
    page: Page, open_page: OpenPage, server: Command
) -> None:
    page.get_by_test_id("generate-prompt").fill("a heron in the reeds")
    generate(page)

    def found() -> list[dict[str, int]]:
        answer = httpx2.get(f"{server.url}/api/v1/gallery", params={"text": "heron"})
        items: list[dict[str, int]] = answer.json()["items"]
        return items

    wait_until(lambda: bool(found()))
    other = open_page(f"/generate?from={found()[0]['id']}")
    expect(other.get_by_test_id("generate-prompt")).to_have_value("a heron in the reeds")
    expect(other.get_by_test_id("paint-canvas")).to_have_attribute("data-image", re.compile(r"\.png$"))
    expect(other).to_have_url(f"{server.url}/generate")
    missing = open_page("/generate?from=99999999")
    expect(missing.get_by_text("is not in the gallery")).to_be_visible()


def test_the_image_of_a_controlnet_is_sent_and_named(page: Page) -> None:
    page.get_by_test_id("generate-group-controlnet").get_by_text("ControlNet").click()
    page.get_by_test_id("generate-add-controlnet").click()
    expect(page.get_by_test_id("problems")).to_contain_text("controlnet.0.model: field required")
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), BLUE).save(buffer, "PNG")
    page.get_by_test_id("pick-controlnet.0.image").click()
    file = FilePayload(name="blue.png", mimeType="image/png", buffer=buffer.getvalue())
    page.locator("[data-testid=pick-send] input[type=file]").set_input_files([file])
    expect(page.get_by_test_id("generate-controlnet-0-image")).to_have_value(re.compile(r"\.png$"))
    expect(page.get_by_test_id("problems")).not_to_contain_text("controlnet.0.image")
