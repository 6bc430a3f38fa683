"""The user comment in JPEG and WebP files: of A1111, of other programs, damaged."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from animator.images.exif_comment import exif_of, read_user_comment

TEXT = "a lake, été, 湖\nSteps: 20, Sampler: Euler a, Seed: 1"


def tiff(comment: bytes, order: str) -> bytes:
    """EXIF data with a user comment behind another entry, in a byte order."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    first = struct.pack(f"{order}HHHIIHHIII", 2, 0x0112, 3, 1, 1, 0x8769, 4, 1, 38, 0)
    second = struct.pack(f"{order}HHHIII", 1, 0x9286, 7, len(comment), 56, 0)
    return b"Exif\0\0" + mark + struct.pack(f"{order}I", 8) + first + second + comment


def saved(exif: bytes, kind: str = "JPEG") -> io.BytesIO:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, kind, exif=exif)
    return buffer


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_a_text_comes_back(kind: str) -> None:
    file = saved(exif_of(TEXT), kind)
    assert read_user_comment(file) == TEXT
    comment = Image.open(file).getexif().get_ifd(0x8769)[0x9286]
    assert comment == b"UNICODE\0" + TEXT.encode("utf-16-be")


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    "comment",
    [
        b"UNICODE\0" + TEXT.encode("utf-16-be"),
        b"UNICODE\0" + TEXT.encode("utf-16-le"),
        b"UNICODE\0" + TEXT.encode("utf-16"),
        b"UNICODE\0" + TEXT.encode(),
        b"ASCII\0\0\0" + TEXT.encode(),
        b"\0" * 8 + TEXT.encode() + b"\0",
        b"JIS\0\0\0\0\0" + TEXT.replace("été, ", "").encode("iso2022_jp"),
        TEXT.encode(),
    ],
)
def test_each_encoding_and_byte_order_is_read(kind: str, order: str, comment: bytes) -> None:
    expected = TEXT.replace("été, ", "") if comment.startswith(b"JIS") else TEXT
    assert read_user_comment(saved(tiff(comment, order), kind)) == expected


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"RIFF\0\0\0\0WEBP", b"\x89PNG\r\n\x1a\n", b"text"])
def test_files_without_one_have_an_empty_text(data: bytes) -> None:
    assert read_user_comment(io.BytesIO(data)) == ""


@given(st.data())
def test_damaged_files_are_read_without_an_error(data: st.DataObject) -> None:
    whole = bytearray(saved(tiff(b"UNICODE\0" + TEXT.encode("utf-16-le"), "<"), "JPEG").getvalue()[:400])
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    read_user_comment(io.BytesIO(bytes(whole[: data.draw(st.integers(0, len(whole)))])))
