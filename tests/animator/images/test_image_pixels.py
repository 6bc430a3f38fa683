"""Bit depths, alpha, colors and orientation of image files: 8-bit sRGB and alpha."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from animator.errors import UserError
from animator.images.image_file import decode_bytes
from tests.animator.images.image_files import RED, chunk, encoded, png, shown, with_chunks

RAMP = np.linspace(0, 65535, 16).astype(np.uint16).reshape(4, 4)
WANTED = np.rint(RAMP / 257).astype(np.uint8)


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
