"""Texts of strangers that are markup or code: every page shows them as the texts that they are."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.animator.gallery.shelf import write_image
from tests.animator.server.running import Command, serving
from tests.animator.studio.conftest import OpenPage
from tests.animator.studio.films import preset, submit, write_draft

IMAGE = '"><img src=x onerror="window.hit=1">'
PROP = '\' " :onclick="window.hit=2" :src=\'window.hit=3\' x=" {{window.hit=4}} \\'
TEXTS = (IMAGE, PROP, f"{IMAGE}\n{PROP}")
LOOKS_EVIL = "img[src='x'], [onerror], [onclick]"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """A server whose drafts, images, models and presets have markup and code in every text."""
    folder = tmp_path_factory.mktemp("evil")
    renders, models = folder / "renders", folder / "models"
    models.mkdir()
    for number, text in enumerate(TEXTS):
        write_image(
            renders / "stills" / f"{text[:80].replace(chr(10), ' ')}{number}.png", prompt=text, negative=text
        )
        write_draft(renders, number, evil_film(text))
        name = text.replace("\n", " ")
        (models / f"{name}.safetensors").write_bytes(b"\x02\x00\x00\x00\x00\x00\x00\x00{}")
        (models / f"{name}.txt").write_text(text)
    with serving(renders, "--models", str(models), module="animator") as command:
        yield command


def name_of(text: str) -> str:
    """The part of a text that the name of a film may have."""
    return text.partition("\n")[0].rstrip("\\")


def evil_film(text: str) -> dict[str, object]:
    """The settings of a film with a text in every place that takes one, right or wrong."""
    return preset(
        name_of(text),
        frames=2,
        prompts={0: text, f"1{text}": text},
        negative_prompt=text,
        model=text,
        steps=[{"use": text, text: text}],
        controlnet=[{"module": text, "model": text, text: 1}],
        motion={"zoom": text, text: text},
        **{text: text},
    )


def is_harmless(page: Page) -> None:
    """Checks that no text has become an element, an attribute or code."""
    assert page.evaluate("window.hit === undefined")
    assert page.locator(LOOKS_EVIL).count() == 0


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_settings_are_texts_in_the_form_the_curves_and_the_problems(open_page: OpenPage, number: int) -> None:
    page = open_page(f"/?film=20261130-000000-{number:08x}")
    expect(page.get_by_test_id("problems")).to_contain_text("window.hit")
    page.get_by_test_id("tab-settings").click()
    for group in ("group-steps", "group-controlnet", "group-motion"):
        page.get_by_test_id(group).click()
    expect(page.get_by_test_id("item-steps-0")).to_contain_text("window.hit")
    page.get_by_test_id("curves-choose").click()
    page.keyboard.press("Escape")
    page.get_by_test_id("recent").click()
    expect(page.get_by_test_id("recent-film").first).to_be_visible()
    is_harmless(page)


@pytest.mark.parametrize("text", TEXTS)
def test_urls_and_cookies_are_texts(open_page: OpenPage, server: Command, text: str) -> None:
    first = open_page(f"/?film={quote(text)}")
    context: BrowserContext = first.context
    for name in (
        "animator_film",
        "animator_image",
        "animator_training",
        "animator_theme",
        "animator_language",
    ):
        context.add_cookies([{"name": name, "value": quote(text), "url": server.url}])
    paths = (
        "/?preset=",
        "/?from=",
        "/generate?from=",
        "/queue?job=",
        "/gallery?text=",
        "/gallery?run=",
        "/models?x=",
        "/train?job=",
    )
    for path in paths:
        page = open_page(path + quote(text))
        expect(page.locator("#content")).to_be_visible()
        is_harmless(page)
    is_harmless(first)


def test_names_prompts_and_labels_are_texts_in_lists(open_page: OpenPage, server: Command) -> None:
    for text in TEXTS:
        submit(server, preset(name_of(text), frames=1, prompts=text))
    queue = open_page("/queue")
    expect(queue.locator(".queue-title").first).to_contain_text("window.hit")
    gallery = open_page("/gallery")
    expect(gallery.get_by_test_id("gallery-item").first).to_be_visible()
    for tile in gallery.get_by_test_id("gallery-item").all()[: len(TEXTS)]:
        tile.click()
        expect(gallery.get_by_test_id("gallery-info")).to_contain_text("window.hit")
    models = open_page("/models")
    expect(models.locator(".models-card").filter(has_text="window.hit")).to_have_count(len(TEXTS))
    for page in (queue, gallery, models):
        is_harmless(page)


def test_a_sent_file_has_a_name_that_is_text(open_page: OpenPage, tmp_path: Path) -> None:
    path = tmp_path / f"{IMAGE}.yaml"
    path.write_text("name: lake\nsize: [64, 64]\nframes: 2\nprompts: a lake\n")
    page = open_page("/")
    page.get_by_test_id("open-file").set_input_files(path)
    expect(page.get_by_test_id("opened")).to_contain_text("window.hit")
    is_harmless(page)
