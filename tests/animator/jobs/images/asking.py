"""Asks a desk for images, as a server does."""

import io
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from animator.images.image import Image8
from animator.jobs.images.desk import ImageDesk, ImageTask
from animator.jobs.images.work import Generation, MadeImage
from tests.animator.jobs.films import WAIT_S


def small(**settings: Any) -> Generation:
    """Images of 64 x 64 pixels by the built-in model."""
    return Generation({"prompt": "a lake", "size": [64, 64], "steps": 2, "seed": 7, **settings})


def until(desk: ImageDesk, order: str, condition: Callable[[ImageTask], bool]) -> ImageTask:
    """Waits until something is true of an order, and returns it; fails where it never is."""
    end = time.monotonic() + WAIT_S
    while not condition(task := desk.get(order)):
        assert time.monotonic() < end and not task.has_ended, task.error
        time.sleep(0.01)
    return task


def ended(desk: ImageDesk, order: str) -> ImageTask:
    """Waits until an order has ended, and returns it."""
    return until(desk, order, lambda task: task.has_ended)


def pixels_of(image: MadeImage) -> Image8:
    return np.asarray(Image.open(io.BytesIO(image.png)))


def infotext_of(image: MadeImage) -> str:
    """The infotext in the file of an image."""
    return str(Image.open(io.BytesIO(image.png)).info["parameters"])
