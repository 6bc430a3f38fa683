"""The page of the models: found by words, explained by images."""

import json
import shutil
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from safetensors.numpy import save_file

from animator.models.diffusion.samplers.registry import METHODS, SCHEDULE_TYPES
from animator.presets.examples import examples
from animator.studio.labels import translation
from animator.studio.models.samplers import image_of, schedule_chart
from animator.studio.static import STATIC_FOLDER
from tests.animator.server.running import Command, serving
from tests.animator.studio.conftest import OpenPage

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """A server with a folder of models: a described one, and a broken one."""
    folder = tmp_path_factory.mktemp("models")
    save_file(
        {"lora_unet_a.lora_down.weight": np.zeros((1, 1), np.float32)},
        folder / "ink.safetensors",
        {"modelspec.trigger_phrase": "inkwash"},
    )
    shutil.copy(next(example.thumbnail for example in examples() if example.thumbnail), folder / "ink.jpg")
    (folder / "ink.json").write_text(json.dumps({"description": HOSTILE}))
    (folder / "torn.safetensors").write_bytes(b"no model")
    with serving(tmp_path_factory.mktemp("renders"), "--models", str(folder), module="animator") as command:
        yield command


def find(page: Page, text: str) -> Locator:
    """The card of the one model that a search finds among three."""
    cards = page.get_by_test_id("model")
    expect(cards).to_have_count(3)
    page.get_by_test_id("models-search").fill(text)
    expect(cards).to_have_count(1)
    return cards


def test_a_model_is_found_by_the_words_that_trigger_it(open_page: OpenPage) -> None:
    card = find(open_page("/models"), "INKWASH")
    expect(card).to_contain_text("ink.safetensors")
    expect(card).to_contain_text(HOSTILE)
    expect(card.get_by_alt_text("What ink.safetensors makes")).to_have_js_property("complete", True)


def test_a_broken_file_says_what_is_wrong_with_it(open_page: OpenPage) -> None:
    expect(find(open_page("/models"), "torn")).to_contain_text("is not a safetensors file")


def test_hashes_come_when_they_are_computed(open_page: OpenPage) -> None:
    card = find(open_page("/models"), "inkwash")
    expect(card.locator(".models-hash")).not_to_contain_text("…", timeout=20_000)


def test_samplers_and_schedule_types_have_their_images(open_page: OpenPage) -> None:
    page = open_page("/models")
    page.get_by_test_id("samplers-tab").click()
    expect(page.get_by_role("heading", name="Euler a", exact=True)).to_be_visible()
    expect(page.get_by_alt_text("Four images by Euler a, in 4, 8, 16, 32 steps")).to_have_js_property(
        "naturalWidth", 512
    )
    page.get_by_test_id("schedule-types-tab").click()
    expect(page.get_by_role("img", name="Curves of the schedule types")).to_be_visible()


def test_every_sampler_has_an_image_and_every_schedule_type_a_curve() -> None:
    assert [name for name in METHODS if not (STATIC_FOLDER / image_of(name)).is_file()] == []
    series = schedule_chart(translation("en"))["series"]
    assert isinstance(series, list)
    same = {"Normal", "Polyexponential"}
    assert {line["name"] for line in series} == set(SCHEDULE_TYPES) - same
