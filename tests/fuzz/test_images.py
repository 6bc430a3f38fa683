"""Damaged image files and damaged records in them: our own errors, and nothing else."""

import io
import json
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from animator.errors import UserError
from animator.film.image_sequence import png_texts
from animator.images.image_file import decode_bytes, is_still
from animator.images.png_chunks import read_texts
from animator.presets.film_record import SCHEMA
from animator.presets.infotext import Infotext
from animator.presets.load import resolve
from animator.presets.records import FILM, FRAME, PARAMETERS, read_provenance
from animator.presets.sources import from_image
from tests.fuzz.damage import damaged_files

INFOTEXT = 'a lake\nNegative prompt: fog\nSteps: 4, Sampler: Euler, Size: 64x64, Seed: 7, Note: "a, b"'


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def images() -> list[bytes]:
    """A small file of every format and of most kinds of pixels."""
    color = Image.fromarray(np.arange(8 * 8 * 3, dtype=np.uint8).reshape(8, 8, 3))
    deep = Image.fromarray(np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000)
    exif = Image.Exif()
    exif[0x0112] = 6
    modes = [color, color.convert("RGBA"), color.convert("LA"), color.quantize(16), color.convert("1"), deep]
    files = [encoded(image, "PNG") for image in modes]
    files += [encoded(image, "TIFF") for image in (*modes[:2], deep, color.convert("L").convert("F"))]
    files += [encoded(color, "TIFF", compression=packing) for packing in ("tiff_lzw", "jpeg", "tiff_deflate")]
    files += [encoded(color, kind, exif=exif) for kind in ("JPEG", "WEBP", "AVIF", "PNG")]
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes().replace(b"s\0R", b"x\0R")
    files += [encoded(color, kind, icc_profile=profile) for kind in ("JPEG", "TIFF")]
    files += [encoded(color.convert("CMYK"), "JPEG"), encoded(color, "JPEG", progressive=True)]
    files += [encoded(color, kind, save_all=True, append_images=[color]) for kind in ("GIF", "PNG", "TIFF")]
    return [*files, encoded(color, "BMP"), encoded(color, "MPO", save_all=True, append_images=[color])]


def with_texts(**texts: str) -> bytes:
    chunks = PngInfo()
    for key, text in texts.items():
        chunks.add_text(key.replace("_", "-"), text)
        chunks.add_text(key.replace("_", "-"), text, zip=True)
        chunks.add_itxt(key.replace("_", "-"), text, zip=True)
    return encoded(Image.new("L", (1, 1)), "PNG", pnginfo=chunks)


RECORD = {"schema": SCHEMA, "animator": "1", "preset": "prompts: a lake\nframes: 3\n"}
RECORDED = [
    with_texts(parameters=INFOTEXT),
    with_texts(animator=json.dumps(RECORD), animator_frame='{"frame": 3}'),
]


@given(damaged_files(images()))
def test_a_damaged_image_is_an_image_or_our_error(data: bytes) -> None:
    with suppress(UserError):
        decoded = decode_bytes(data, "x.png")
        assert decoded.over_black.mode == "RGB"
        assert decoded.alpha is None or decoded.alpha.size == decoded.color.size


@given(damaged_files(images()))
def test_a_damaged_file_is_an_image_or_a_video(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    assert is_still(tmp_path / "x") in (True, False)


@given(damaged_files(RECORDED))
def test_damaged_chunks_hold_texts_or_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.png").write_bytes(data)
    assert set(png_texts(tmp_path / "x.png")) <= set(read_texts(io.BytesIO(data)))


TEXTS = st.text() | damaged_files([INFOTEXT.encode(), json.dumps(RECORD).encode()]).map(
    lambda data: data.decode("latin-1")
)


@given(TEXTS, TEXTS, TEXTS)
def test_any_record_makes_a_film_or_our_error(tmp_path: Path, infotext: str, film: str, frame: str) -> None:
    chunks = PngInfo()
    chunks.add_itxt(PARAMETERS, infotext.encode("utf-8", "replace").decode())
    chunks.add(b"zTXt", FILM.encode() + b"\0\0" + zlib.compress(film.encode("utf-8", "replace")))
    chunks.add_itxt(FRAME, frame.encode("utf-8", "replace").decode())
    (tmp_path / "x.png").write_bytes(encoded(Image.new("L", (1, 1)), "PNG", pnginfo=chunks))
    with suppress(UserError):
        read_provenance(tmp_path / "x.png")
        resolve(from_image(tmp_path / "x.png"), [])


FIELDS = st.lists(
    st.tuples(
        st.sampled_from(
            ("Steps", "Sampler", "Size", "Seed", "CFG scale", "Clip skip", "Model", "Schedule type")
        ),
        st.text()
        | st.sampled_from(("9" * 5000, "64x" + "8" * 5000, "²x²", "1e999", '"\\ud83d"', '"', "nan")),
    )
)


@given(st.text(), FIELDS)
def test_any_infotext_gives_settings(prompt: str, fields: list[tuple[str, str]]) -> None:
    line = ", ".join(f"{key}: {value}" for key, value in fields)
    assert "prompts" in Infotext.parse(f"{prompt}\n{line}").settings()
