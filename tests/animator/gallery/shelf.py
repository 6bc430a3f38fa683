"""A renders folder with images, and what is found in it."""

import io
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from animator import load, render_run
from animator.gallery.gallery import Gallery
from animator.gallery.item import GalleryItem
from animator.gallery.query import GalleryQuery
from tests.fakes import QUIET, CountingGrays

LONG_AGO = time.time() - 3600
FILM: dict[str, Any] = {
    **QUIET,
    "name": "waves",
    "size": [64, 64],
    "frames": 3,
    "prompts": {0: "a wave", 2: "a storm"},
    "negative_prompt": "fog",
    "diffusion": {"seed": 7, "cadence": 1},
}


@dataclass(frozen=True)
class Shelf:
    """A renders folder and its gallery."""

    renders: Path
    gallery: Gallery

    def find(self, text: str = "", **more: Any) -> list[str]:
        """The paths that a search finds, in order."""
        return [item.path for item in self.items(text, **more)]

    def items(self, text: str = "", **more: Any) -> tuple[GalleryItem, ...]:
        """The items that a search finds, in order."""
        return self.gallery.search(GalleryQuery(text, **more)).items

    def id(self, path: str, **more: Any) -> int:
        """The number of an item."""
        return next(item.id for item in self.items(**more) if item.path == path)

    def add(self, path: str, prompt: str = "", **more: Any) -> Path:
        """Writes an image and indexes it."""
        file = write_image(self.renders / path, prompt, **more)
        self.gallery.refresh()
        return file

    def render(self, folder: str = "waves/one") -> Path:
        """Renders a film of three frames, and indexes it; returns its run folder."""
        render_run(load(FILM), self.renders / folder, diffuser=CountingGrays(), device="cpu")
        self.gallery.refresh()
        return self.renders / folder


def write_image(
    file: Path,
    prompt: str = "",
    *,
    negative: str = "",
    fields: str = "Steps: 20, Sampler: Euler a, Seed: 42",
    gray: int = 0,
    age_s: float = 0,
) -> Path:
    """Writes an image with an infotext.

    Args:
        file: Its path; its folder is created.
        prompt: Its prompt.
        negative: Its negative prompt.
        fields: The line of its parameters.
        gray: Its color.
        age_s: How long before `LONG_AGO` it was made, in seconds.
    """
    text = f"{prompt}\nNegative prompt: {negative}\n{fields}" if negative else f"{prompt}\n{fields}"
    chunks = PngInfo()
    chunks.add_itxt("parameters", text)
    buffer = io.BytesIO()
    Image.new("RGB", (16, 8), (gray, gray, gray)).save(buffer, "PNG", pnginfo=chunks)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(buffer.getvalue())
    os.utime(file, (LONG_AGO - age_s,) * 2)
    return file
