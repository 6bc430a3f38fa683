"""Generates images on the page of single images, as a person does."""

import io

import httpx2
import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from animator.images.image import Image8
from tests.animator.server.running import Command


def write_settings(page: Page, text: str) -> None:
    """Writes all settings as text, with two steps among them."""
    if not page.get_by_test_id("generate-text").is_visible():
        page.get_by_test_id("generate-as-text").get_by_text("As text").click()
    page.get_by_test_id("generate-text").fill(text)
    expect(page.get_by_test_id("generate-steps")).to_have_value("2")


def generate(page: Page) -> Locator:
    """Generates one image, and returns it as it is shown."""
    count = page.get_by_test_id("generate-thumbnail").count()
    page.get_by_test_id("generate-run").click()
    expect(page.get_by_test_id("generate-thumbnail")).to_have_count(count + 1)
    return page.get_by_test_id("generate-image")


def file_of(server: Command, image: Locator) -> bytes:
    """Returns the file of an image, by its URL."""
    answer = httpx2.get(f"{server.url}{image.get_attribute('src')}")
    assert answer.headers["content-type"] == "image/png"
    return answer.content


def pixels_of(server: Command, image: Locator) -> Image8:
    """Returns the pixels of an image, uint8 RGB (H, W, 3)."""
    return np.asarray(Image.open(io.BytesIO(file_of(server, image))).convert("RGB"))
