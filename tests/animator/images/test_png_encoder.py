"""Our PNG files: every decoder reads the pixels that were written."""

import io
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from animator.images import png_encoder
from animator.images.image import Image8
from animator.images.png_chunks import read_texts, text_chunk
from animator.images.png_encoder import encode_png

SIZES = [(1, 1), (1, 7), (5, 1), (2, 3), (64, 48), (33, 65)]


def noise(size: tuple[int, int], seed: int = 0) -> Image8:
    height, width = size
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def pillow(png: bytes) -> Image8:
    image = Image.open(io.BytesIO(png))
    assert image.mode == "RGB"
    return np.asarray(image)


def opencv(png: bytes) -> Image8:
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert image is not None
    return np.asarray(image[..., ::-1], dtype=np.uint8)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("level", [1, 2, 6, 9])
def test_two_decoders_read_the_pixels_that_were_written(size: tuple[int, int], level: int) -> None:
    pixels = noise(size)
    png = encode_png(pixels, level=level)
    assert np.array_equal(pillow(png), pixels) and np.array_equal(opencv(png), pixels)


@pytest.mark.parametrize("value", [0, 1, 127, 128, 254, 255])
def test_extreme_pixels_survive_the_filter(value: int) -> None:
    pixels = np.full((9, 9, 3), value, np.uint8)
    pixels[::2, ::3] = 255 - value
    assert np.array_equal(pillow(encode_png(pixels)), pixels)


def test_the_file_is_the_same_pixels_without_the_optional_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png_encoder, "_isal_zlib", lambda: None)
    pixels = noise((40, 50))
    assert np.array_equal(pillow(encode_png(pixels)), pixels)


def test_the_optional_package_compresses_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Recording:
        levels: list[int] = []  # noqa: RUF012 (the test's own)

        def compress(self, data: bytes, level: int) -> bytes:
            self.levels.append(level)
            return zlib.compress(bytes(data), 1)

    monkeypatch.setattr(png_encoder, "_isal_zlib", Recording)
    pixels = noise((8, 8))
    assert np.array_equal(pillow(encode_png(pixels)), pixels) and Recording.levels == [1]


def test_higher_levels_make_smaller_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png_encoder, "_isal_zlib", lambda: None)
    ramp = np.tile(np.arange(256, dtype=np.uint8)[None, :, None], (256, 1, 3))
    sizes = [len(encode_png(ramp, level=level)) for level in (1, 6, 9)]
    assert sizes[0] > sizes[1] >= sizes[2]


def test_texts_are_read_back_in_any_alphabet() -> None:
    texts = {"parameters": "a lake, Île-de-Bréhat", "note": "호수", "empty": ""}
    png = encode_png(noise((4, 4)), [text_chunk(key, text) for key, text in texts.items()])
    assert read_texts(io.BytesIO(png)) == texts
    image = Image.open(io.BytesIO(png))
    assert {key: image.info[key] for key in texts} == texts


def test_rows_that_lie_apart_in_memory_are_written_in_order() -> None:
    pixels = noise((12, 20))[:, ::2]
    assert np.array_equal(pillow(encode_png(pixels)), pixels)
