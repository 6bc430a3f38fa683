"""Models are taught on their page: images, checks as one types, progress, stop, resume, result."""

from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from animator.training.finetune.defaults import suits
from tests.animator.server.running import Command
from tests.animator.studio.conftest import OpenPage
from tests.animator.training.finetune.trainings import write_images

RATE = suits("hypernetwork", is_built_in=True).rate
SMALL = "kind: hypernetwork\nsize: [64, 64]\npreview:\n  prompts:\n  - a robot\n  steps: 1\n"


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The page of trainings, with a small one of no images."""
    page = open_page("/train")
    page.get_by_test_id("train-as-text").get_by_text("As text").click()
    page.get_by_test_id("train-text").fill(SMALL)
    expect(page.get_by_test_id("train-size")).to_have_value("64 x 64")
    return page


def send_images(page: Page, place: Path, count: int = 3, captions: str = "a robot") -> None:
    """Sends images with captions, and waits until the page has them."""
    files = sorted(write_images(place / "images", count, captions=captions).iterdir())
    page.get_by_test_id("train-files").set_input_files(files)
    expect(page.get_by_test_id("train-image")).to_have_count(count)
    expect(page.get_by_test_id("train-data-count")).to_have_text(f"{count} images, {count} with a caption")


def problems(page: Page) -> Locator:
    """The list of what is wrong."""
    return page.get_by_test_id("problems").locator("li")


def test_a_training_is_started_stopped_resumed_and_its_result_told(
    page: Page, open_page: OpenPage, server: Command, tmp_path: Path
) -> None:
    page.get_by_test_id("train-name").fill("robo")
    page.get_by_test_id("train-steps").fill("100")
    send_images(page, tmp_path)
    expect(page.get_by_test_id("train-folder")).to_have_value("datasets/robo")
    expect(page.get_by_test_id("train-plan")).to_have_text(f"3 images, 100 steps, learning rate {RATE}")
    page.get_by_test_id("train-run").click()
    expect(page.get_by_test_id("progress")).to_contain_text("loss")
    page.get_by_test_id("train-stop").click()
    expect(page.get_by_test_id("job-state")).to_have_text("Canceled")
    queue = open_page("/queue")
    expect(queue.locator(".queue-title").first).to_have_text("robo")
    expect(queue.get_by_test_id("job-edit")).to_be_hidden()
    queue.get_by_test_id("job-training").click()
    expect(queue.get_by_test_id("job-state")).to_have_text("Canceled")
    page.get_by_test_id("train-resume").click()
    expect(page.get_by_test_id("job-state")).to_have_text("Finished")
    expect(page.get_by_test_id("train-result")).to_contain_text("<hypernet:robo:1>")
    expect(page.get_by_test_id("train-curve")).to_contain_text("after 100 steps")
    page.get_by_test_id("train-step").first.click()
    expect(page.get_by_test_id("train-sheet-step")).to_have_text("Previews after 0 steps")
    sheet = page.get_by_test_id("train-sheet")
    assert sheet.evaluate("image => image.decode().then(() => image.naturalWidth)") == 64
    url = page.get_by_test_id("train-download").get_attribute("href")
    made = server.renders / "trainings" / "models" / "hypernetworks" / "robo.safetensors"
    assert httpx2.get(f"{server.url}{url}").content == made.read_bytes()


def test_every_problem_is_told_as_one_types_and_nothing_begins(page: Page) -> None:
    expect(problems(page)).to_have_count(2)
    expect(problems(page).filter(has_text="name: is missing")).to_be_visible()
    page.get_by_test_id("train-name").fill("a/b")
    page.get_by_test_id("train-batch").fill("0")
    page.get_by_test_id("train-rate").fill("fast")
    expect(problems(page)).to_have_count(4)
    field = page.locator(".q-field", has=page.get_by_test_id("train-batch"))
    expect(field.get_by_role("alert")).to_contain_text("got 0")
    page.get_by_test_id("train-run").click()
    expect(page.get_by_text("Nothing was started")).to_be_visible()
    for name, value in (("name", "thing"), ("batch", ""), ("rate", "1e-3:100, 1e-4")):
        page.get_by_test_id(f"train-{name}").fill(value)
    expect(problems(page)).to_have_count(1)
    expect(problems(page)).to_contain_text("folder: is empty")
    page.get_by_test_id("train-folder").fill("/etc")
    expect(problems(page)).to_contain_text("is not inside a folder")


def test_captions_are_written_and_images_removed(page: Page, server: Command, tmp_path: Path) -> None:
    page.get_by_test_id("train-name").fill("toys")
    send_images(page, tmp_path, captions="a toy")
    folder = server.renders / "trainings" / "files" / "datasets" / "toys"
    page.get_by_test_id("train-caption").first.fill("a red toy, ü")
    expect(page.get_by_test_id("train-caption").first).to_have_value("a red toy, ü")
    page.get_by_test_id("train-caption").nth(1).fill("")
    expect(page.get_by_test_id("train-data-count")).to_have_text("3 images, 2 with a caption")
    expect(problems(page)).to_contain_text("01.txt")
    assert (folder / "00.txt").read_text() == "a red toy, ü"
    page.get_by_test_id("train-remove").nth(1).click()
    expect(page.get_by_test_id("train-image")).to_have_count(2)
    expect(problems(page)).to_have_count(0)
    assert sorted(path.name for path in folder.iterdir()) == ["00.png", "00.txt", "02.png", "02.txt"]


def test_a_broken_image_and_a_file_that_is_no_image_are_told(page: Page) -> None:
    page.get_by_test_id("train-name").fill("broken")
    broken = FilePayload(name="a robot.png", mimeType="image/png", buffer=b"no image")
    page.get_by_test_id("train-files").set_input_files([broken])
    expect(problems(page).filter(has_text="a robot.png")).to_be_visible()
    film = FilePayload(name="film.mp4", mimeType="video/mp4", buffer=b"no image")
    page.get_by_test_id("train-files").set_input_files([film])
    expect(page.get_by_text("is neither an image nor a caption")).to_be_visible()


def test_groups_are_those_of_the_kind_and_lists_are_typed_with_commas(page: Page) -> None:
    expect(page.get_by_test_id("train-group-hypernetwork")).to_be_visible()
    expect(page.get_by_test_id("train-group-lora")).to_be_hidden()
    page.get_by_test_id("train-group-hypernetwork").click()
    page.get_by_test_id("train-hypernetwork-layers").fill("1, 2, 2, 1")
    page.get_by_test_id("train-group-previews").click()
    page.get_by_test_id("train-preview-prompts").fill("a robot, red\na robot, blue")
    text = page.get_by_test_id("train-text")
    expect(text).to_have_value(
        "kind: hypernetwork\nsize:\n- 64\n- 64\npreview:\n  prompts:\n  - a robot, red\n  - a robot, blue\n"
        "  steps: 1\nhypernetwork:\n  layers:\n  - 1\n  - 2\n  - 2\n  - 1\n"
    )
    text.fill("kind: embedding\n")
    expect(page.get_by_test_id("train-group-embedding")).to_be_visible()
    expect(page.get_by_test_id("train-group-images-of-the-class")).to_be_hidden()


def test_a_reload_keeps_what_was_written_and_a_phone_has_no_sideways_scrolling(page: Page) -> None:
    page.get_by_test_id("train-name").fill("kept")
    page.wait_for_timeout(1000)
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    expect(page.get_by_test_id("train-name")).to_have_value("kept")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
