"""Files that are not images, damaged ones, and those that would take long or much memory."""

import logging
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from animator.errors import UserError
from animator.images import image_file
from animator.images.image_file import BrokenImageError, decode_bytes, decode_file, is_still
from tests.animator.images.image_files import RED, chunk, encoded, shown, with_chunks

PLAIN = encoded(Image.new("RGB", (4, 4), (1, 2, 3)), "PNG")


FOREIGN = {
    "PostScript or EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "EPS": b"\xc5\xd0\xd3\xc6" + bytes(60),
    "PDF": b"%PDF-1.7\n",
    "a Windows metafile": b"\xd7\xcd\xc6\x9a" + bytes(60),
    "FITS": b"SIMPLE  =                    T",
    "a Photoshop document": b"8BPS\0\1",
    "a PNM image": b"P6 1 1 255\n\0\0\0",
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n",
    "HEIC": b"\0\0\0\x18ftypheic",
    "a video": b"\x1a\x45\xdf\xa3",
    "SVG": b"<?xml version='1.0'?><svg/>",
    "an HTML page": b"<!DOCTYPE html><html>",
    "a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\n",
    "an icon": b"\0\0\1\0\1\0",
    "text": b"hello",
    "an empty file": b"",
    "of an unknown kind": bytes(range(256)),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_files_of_other_formats_are_named_and_not_decoded(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("was opened"))
    with pytest.raises(UserError, match=rf"^photo\.png: is {kind}.*; expected an image: PNG"):
        decode_bytes(FOREIGN[kind], "photo.png")


def test_only_these_formats_reach_pillow() -> None:
    """Each has a decoder of its own in Pillow; none runs another program, or opens other files."""
    assert set(image_file.FORMATS) == {"PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "AVIF"}


@pytest.mark.parametrize(
    "texts",
    [
        chunk(b"tEXt", b"Comment\0" + b"x" * 5_000_000),
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000))) * 100,
        chunk(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(bytes(50_000_000))) * 100,
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(bytes(50_000_000))) * 100,
        chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(bytes(50_000_000))) * 100,
        chunk(b"zTXt", b"Comment\0\0damaged") + chunk(b"tEXt", b"") + chunk(b"iTXt", b"\0"),
    ],
    ids=["long", "zTXt bombs", "iTXt bombs", "XMP bombs", "EXIF bombs", "damaged"],
)
def test_the_texts_of_a_png_are_not_expanded_for_its_pixels(texts: bytes) -> None:
    assert shown(with_chunks(PLAIN, texts))[0] == [1, 2, 3]


def resized(width: int, height: int) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return PLAIN[:8] + header + PLAIN[33:]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (resized(10_000, 10_000), "has 10000 x 10000 pixels; expected at most 89000000; scale it down"),
        (resized(100_000, 100_000), "has far more than 89000000 pixels"),
        (with_chunks(PLAIN, chunk(b"abCd", b"") * 300_000), "has more than 200000 chunks"),
        (with_chunks(PLAIN, chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(9_000_000)))), "cannot be decoded"),
        (
            encoded(Image.new("L", (64, 64)), "JPEG", progressive=True) + b"\xff\xda" * 800_000,
            "too many scans",
        ),
    ],
)
def test_what_would_take_long_or_much_memory_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(UserError, match=f"^bomb.png: .*{message}"):
        decode_bytes(data, "bomb.png")


def test_a_tiff_with_tiles_larger_than_itself_is_refused() -> None:
    tags = {256: 8, 257: 8, 258: 8, 259: 8, 262: 1, 277: 1, 322: 65536, 323: 16384, 324: 200, 325: 10}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    data = (b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)).ljust(300, b"\0")
    with pytest.raises(UserError, match="has tiles larger than an image may be"):
        decode_bytes(data, "x")


KINDS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "AVIF")


@pytest.mark.parametrize("kind", KINDS)
def test_a_truncated_file_is_an_error_with_a_remedy(kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    for length in (14, len(data) // 2):
        with pytest.raises(BrokenImageError, match=r"^cut: .* cannot be decoded.*\. Save it again, as PNG"):
            decode_bytes(data[:length], "cut")


@pytest.mark.parametrize(
    ("kind", "what"), [("GIF", "images"), ("WEBP", "images"), ("PNG", "images"), ("TIFF", "pages")]
)
def test_of_several_images_in_a_file_the_first_is_used_and_that_is_logged(
    kind: str, what: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Image.new("RGB", (4, 4), RED), Image.new("RGB", (4, 4))
    options = {"lossless": True} if kind == "WEBP" else {}
    path = tmp_path / "several"
    path.write_bytes(encoded(first, kind, save_all=True, append_images=[second], **options))
    with caplog.at_level(logging.WARNING):
        assert np.asarray(decode_file(path).color)[0, 0].tolist() == list(RED)
    assert f"several: holds several {what}, of which the first is used" in caplog.text
    assert is_still(path) == (kind == "TIFF")


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, message in [
        ("no.png", "No such file"),
        ("pipe", "is a pipe"),
        (".", "is a folder"),
        ("a\0b", "null"),
    ]:
        with pytest.raises(UserError, match=message):
            decode_file(f"{tmp_path}/{name}")
        with pytest.raises(UserError, match=message):
            is_still(Path(f"{tmp_path}/{name}"))
    with pytest.raises(UserError, match="is a device"):
        decode_file("/dev/zero")


def test_a_file_larger_than_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_file, "MAX_BYTES", 50)
    (tmp_path / "large.png").write_bytes(PLAIN)
    with pytest.raises(UserError, match=r"large\.png: is larger than 50 bytes"):
        decode_file(tmp_path / "large.png")


def test_texts_of_decoders_cannot_act_on_a_terminal() -> None:
    with pytest.raises(UserError) as caught:
        decode_bytes(PLAIN[:33] + b"\0\0\0\4\x1b[3m\0\0\0\0\0\0\0\0" + PLAIN[33:], "x")
    assert "\x1b" not in str(caught.value)
