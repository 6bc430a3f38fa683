"""Times of the gallery with many images: `python -m tests.benchmarks.gallery FOLDER [COUNT]`.

Writes COUNT images of 64 x 64 pixels (100,000 without it), each with an infotext of its own, into FOLDER,
which must not exist yet; delete it afterwards. The times depend on the disk and on what else runs.
"""

import io
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from animator.gallery.gallery import Gallery
from animator.gallery.query import GalleryQuery, NegativeMode, Sort

PER_FOLDER = 1000
COUNT = 100_000
SIZE = (64, 64)
PAGE = 50
WORDS = (
    *("lake", "mountain", "city", "forest", "portrait", "castle", "ocean", "desert", "garden", "storm"),
    *("aurora", "sunset", "watercolor", "oil painting", "photograph", "호수", "山", "夜空", "Nebel", "misty"),
)
QUERIES = {
    "a rare word": GalleryQuery("7777"),
    "a usual word": GalleryQuery("portrait"),
    "a word that all have": GalleryQuery("detailed"),
    "two words": GalleryQuery("portrait aurora"),
    "a Korean word of two letters": GalleryQuery("호수"),
    "a Chinese word of one letter": GalleryQuery("山"),
    "a field": GalleryQuery("sampler: euler"),
    "a seed": GalleryQuery(f"seed: {4242 * 7919}"),
    "capital letters": GalleryQuery("Nebel", case_sensitive=True),
    "without a negative prompt": GalleryQuery("", "watermark", NegativeMode.WITHOUT),
    "a regular expression": GalleryQuery(r"castle.*number 7\d+", regex=True),
    "one with capital letters": GalleryQuery(r"^Seed: \d{6}$", regex=True, case_sensitive=True),
}
SAMPLERS = ("Euler a", "DPM++ 2M", "DDIM", "UniPC")


def infotext(number: int) -> str:
    """An infotext that differs from image to image, as long as usual ones are."""
    words = ", ".join(WORDS[number // 20**power % 20] for power in range(4))
    prompt = f"{words}, highly detailed, sharp focus, cinematic light, study number {number}"
    negative = "blurry, low quality, watermark" if number % 3 else "text, signature, extra fingers"
    return (
        f"{prompt}\nNegative prompt: {negative}\nSteps: {10 + number % 30}, "
        f"Sampler: {SAMPLERS[number % 4]}, CFG scale: {1 + number % 12}, Seed: {number * 7919 % 2**31}, "
        f"Size: 64x64, Model hash: {number % 7:010x}, Model: model{number % 7}, Version: animator 0.1.0"
    )


def write_images(folder: Path, count: int) -> None:
    """Writes the images, a thousand to a folder."""
    pixels = Image.new("RGB", SIZE, (40, 90, 140))
    for number in range(count):
        if number % PER_FOLDER == 0:
            (folder / f"{number // PER_FOLDER:04d}").mkdir(parents=True)
        chunks = PngInfo()
        chunks.add_text("parameters", infotext(number))
        buffer = io.BytesIO()
        pixels.save(buffer, "PNG", pnginfo=chunks, compress_level=1)
        path = folder / f"{number // PER_FOLDER:04d}" / f"{number:06d}.png"
        path.write_bytes(buffer.getvalue())


def say(line: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def timed(what: str, act: Callable[[], Any]) -> Any:
    """Does something, and prints how long it took and what came of it."""
    began = time.perf_counter()
    result = act()
    say(f"{what:55} {time.perf_counter() - began:8.3f} s  {result}")
    return result


def memory() -> str:
    """The greatest memory that this process has had."""
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB at most"


def main(folder: Path, count: int) -> None:
    """Writes the images, indexes them, and searches."""
    folder.mkdir(parents=True)
    timed(f"write {count} images", lambda: write_images(folder / "images", count))
    say(memory())
    gallery = Gallery(folder)
    timed("index", gallery.refresh)
    say(memory())
    say(f"{(folder / 'gallery.sqlite').stat().st_size / 1e6:.0f} MB of index")

    def find(query: GalleryQuery, page: int = 1) -> str:
        found = gallery.search(query, (page - 1) * PAGE, PAGE)
        return f"{len(found.items)} of {found.total}"

    timed("look again, thoroughly before", gallery.refresh)
    timed("look again", gallery.refresh)
    timed("first page of all", lambda: find(GalleryQuery()))
    for sort in Sort:
        timed(f"page 500 by {sort.value}", partial(find, GalleryQuery(sort=sort, seed=1), 500))
    for what, query in QUERIES.items():
        timed(what, partial(find, query))
    timed("look again, nothing has changed", gallery.refresh)
    say(memory())
    gallery.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else COUNT)
