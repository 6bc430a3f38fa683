"""Image files of every kind, and of every kind of damage: 8-bit sRGB and alpha, or an error that says why."""

import io
import logging
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from animator.errors import UserError
from animator.images import image_file
from animator.images.image_file import BrokenImageError, decode_bytes, decode_file, is_still

RAMP = np.linspace(0, 65535, 16).astype(np.uint16).reshape(4, 4)
WANTED = np.rint(RAMP / 257).astype(np.uint8)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(size: tuple[int, int], depth: int, color: int, rows: bytes, *extra: bytes) -> bytes:
    """A PNG file of any bit depth and color type; each row begins with its filter."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, color, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + data + chunk(b"IEND", b"")


def with_chunks(file: bytes, *chunks: bytes) -> bytes:
    return file[:33] + b"".join(chunks) + file[33:]


def shown(data: bytes) -> list[list[int]]:
    """The pixels over black."""
    pixels: list[list[int]] = np.asarray(decode_bytes(data, "x").over_black).reshape(-1, 3).tolist()
    return pixels


PLAIN = encoded(Image.new("RGB", (4, 4), (1, 2, 3)), "PNG")


@pytest.mark.parametrize(
    "data",
    [
        encoded(Image.fromarray(RAMP), "PNG"),
        encoded(Image.fromarray(RAMP), "TIFF"),
        encoded(Image.frombytes("I;16B", (4, 4), RAMP.astype(">u2").tobytes()), "TIFF"),
        encoded(Image.fromarray((RAMP / 65535).astype(np.float32)), "TIFF"),
        encoded(Image.fromarray((RAMP / 65535 * 1.003 - 0.001).astype(np.float32)), "TIFF"),
    ],
    ids=["16-bit PNG", "16-bit TIFF", "16-bit TIFF, big-endian", "float TIFF", "float TIFF that overshoots"],
)
def test_gray_images_of_more_than_8_bits_are_scaled_to_their_range(data: bytes) -> None:
    found = np.asarray(decode_bytes(data, "x").color)
    assert np.abs(found[..., 0].astype(int) - WANTED).max() <= 1
    assert (found[0, 0] == 0).all() and (found[-1, -1] == 255).all()


def tiff_of_12_bits() -> bytes:
    """Two pixels, 4095 and 0, packed into three bytes."""
    tags = {256: 2, 257: 1, 258: 12, 259: 1, 262: 1, 273: 200, 277: 1, 278: 1, 279: 3}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    head = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)
    return head.ljust(200, b"\0") + b"\xff\xf0\0"


def test_the_white_of_12_bits_is_4095() -> None:
    assert shown(tiff_of_12_bits()) == [[255] * 3, [0] * 3]


def test_16_bit_gray_where_white_is_zero_is_inverted() -> None:
    data = bytearray(encoded(Image.fromarray(RAMP), "TIFF"))
    at = data.index(struct.pack("<HHIHH", 262, 3, 1, 1, 0))
    data[at + 8] = 0
    found = np.asarray(decode_bytes(bytes(data), "x").color)[..., 0]
    assert np.array_equal(found, 255 - WANTED)


@pytest.mark.parametrize(
    ("color", "samples", "wanted"),
    [(2, (65535, 0, 32768), [255, 0, 128]), (6, (65535, 0, 32768, 65535), [255, 0, 128])],
)
def test_16_bit_color_is_scaled(color: int, samples: tuple[int, ...], wanted: list[int]) -> None:
    assert shown(png((1, 1), 16, color, b"\0" + struct.pack(f">{len(samples)}H", *samples))) == [wanted]


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (Image.fromarray(RAMP.astype(np.int32)), "32-bit whole numbers, whose white is not known"),
        (Image.fromarray(RAMP.astype(np.float32)), "values from 0 to 65535; expected 0 .black. to 1 .white."),
        (Image.fromarray(np.full((2, 2), np.nan, np.float32)), "values from nan to nan"),
        (Image.fromarray(np.full((2, 2), np.inf, np.float32)), "values from inf to inf"),
    ],
)
def test_a_range_that_is_not_known_is_refused(image: Image.Image, message: str) -> None:
    with pytest.raises(UserError, match=f"^deep.tif: .*{message}") as caught:
        decode_bytes(encoded(image, "TIFF"), "deep.tif")
    assert "save it with 8 or 16 bits" in str(caught.value)


HALF = [100, 5, 10]
CLEAR = [0, 0, 0]
RED = (200, 10, 20)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (encoded(Image.new("RGBA", (1, 1), (*RED, 0)), "PNG"), CLEAR),
        (encoded(Image.new("RGBA", (1, 1), (*RED, 128)), "PNG"), HALF),
        (encoded(Image.new("RGBA", (1, 1), (*RED, 255)), "PNG"), list(RED)),
        (encoded(Image.new("RGBA", (1, 1), (*RED, 0)), "WEBP", lossless=True, exact=True), CLEAR),
        (encoded(Image.new("LA", (1, 1), (200, 128)), "PNG"), [100] * 3),
        (encoded(Image.new("LA", (1, 1), (200, 128)), "TIFF"), [100] * 3),
        (encoded(Image.new("L", (1, 1), 200), "PNG", transparency=200), CLEAR),
        (encoded(Image.new("RGB", (1, 1), RED), "PNG", transparency=RED), CLEAR),
        (encoded(Image.new("1", (1, 1), 1), "PNG", transparency=1), CLEAR),
        (encoded(Image.new("RGB", (1, 1), RED).quantize(4), "PNG", transparency=0), CLEAR),
        (encoded(Image.new("RGB", (1, 1), RED).quantize(4), "PNG", transparency=b"\x80"), HALF),
        (encoded(Image.new("RGB", (1, 1), RED).quantize(4), "GIF", transparency=0), CLEAR),
        (png((1, 1), 2, 0, b"\0\xc0", chunk(b"tRNS", b"\0\3")), CLEAR),
        (png((1, 1), 16, 0, b"\0\x01\x2c", chunk(b"tRNS", b"\x01\x2c")), CLEAR),
        (png((1, 1), 16, 2, b"\0" + b"\xab\xcd" * 3, chunk(b"tRNS", b"\xab\xcd" * 3)), CLEAR),
        (png((1, 1), 16, 4, b"\0\xff\xff\x80\x80"), [128] * 3),
        (png((1, 1), 16, 6, b"\0\xff\xff\0\0\xff\xff\x80\x80"), [128, 0, 128]),
    ],
)
def test_images_are_shown_over_black(data: bytes, wanted: list[int]) -> None:
    assert shown(data) == [wanted]


def test_a_tiff_multiplied_by_its_alpha_is_shown_as_it_is_stored() -> None:
    data = bytearray(encoded(Image.new("RGBA", (1, 1), (*HALF, 128)), "TIFF"))
    at = data.index(struct.pack("<HHI", 338, 3, 1))
    data[at + 8] = 1  # associated alpha
    assert np.abs(np.array(shown(bytes(data))[0]) - HALF).max() <= 1


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (encoded(Image.new("CMYK", (1, 1), (0, 255, 0, 0)), "TIFF"), [255, 0, 255]),
        (encoded(Image.new("LAB", (1, 1), (128, 128, 128)), "TIFF"), [119] * 3),
        (encoded(Image.new("YCbCr", (1, 1), (128, 128, 128)), "TIFF"), [128] * 3),
        (encoded(Image.new("1", (1, 1), 1), "PNG"), [255] * 3),
        (encoded(Image.new("RGB", (1, 1), RED).quantize(4), "BMP"), list(RED)),
    ],
)
def test_other_colors_become_srgb(data: bytes, wanted: list[int]) -> None:
    assert np.abs(np.array(shown(data)[0]) - wanted).max() <= 1


def test_colors_are_converted_by_the_profile_in_the_file() -> None:
    wide = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    image = Image.new("RGB", (2, 2), RED)
    # A profile for another kind of image, a damaged one and that of sRGB change nothing.
    same = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (wide, b"\0" * 200, b"x", same):
        assert shown(encoded(image, "PNG", icc_profile=profile))[0] == list(RED)
    swapped = bytearray(same.replace(b"s\0R\0G\0B", b"x\0R\0G\0B").replace(b"sRGB", b"xRGB"))
    red, green = swapped.index(b"rXYZ") + 4, swapped.index(b"gXYZ") + 4
    swapped[red : red + 8], swapped[green : green + 8] = swapped[green : green + 8], swapped[red : red + 8]
    assert shown(encoded(image, "PNG", icc_profile=bytes(swapped)))[0] == [10, 200, 20]
    clear = Image.new("RGBA", (2, 2), (*RED, 128))
    assert shown(encoded(clear, "PNG", icc_profile=bytes(swapped)))[0] == [5, 100, 10]


@pytest.mark.parametrize(("orientation", "corner"), [(1, 0), (3, 3), (6, 2), (8, 1)])
def test_images_and_their_alpha_are_turned_upright(orientation: int, corner: int) -> None:
    pixels = np.zeros((2, 2, 4), np.uint8)
    for number in range(4):
        pixels[divmod(number, 2)] = (10 * number, 0, 0, 255 - number)
    exif = Image.Exif()
    exif[0x0112] = orientation
    decoded = decode_bytes(encoded(Image.fromarray(pixels), "PNG", exif=exif), "x")
    assert decoded.alpha is not None
    assert decoded.color.getpixel((0, 0)) == (10 * corner, 0, 0)
    assert decoded.alpha.getpixel((0, 0)) == 255 - corner


def test_an_orientation_in_a_text_is_followed_and_damaged_exif_data_is_not() -> None:
    image = Image.new("RGB", (2, 1))
    turned = b'XML:com.adobe.xmp\0\0\0\0\0<x tiff:Orientation="6">'
    data = encoded(image, "PNG")
    assert decode_bytes(with_chunks(data, chunk(b"iTXt", turned)), "x").color.size == (1, 2)
    assert decode_bytes(with_chunks(data, chunk(b"eXIf", b"MM\0*\xff\xff\xff\xff")), "x").color.size == (2, 1)


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
