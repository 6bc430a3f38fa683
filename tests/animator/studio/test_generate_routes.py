"""What the page of single images loads: files that it may have, and nothing else."""

import io
from pathlib import Path

import httpx2
import pytest
from PIL import Image

from tests.animator.server.running import Command, is_problem


@pytest.fixture
def kept(renders: Path) -> str:
    """The URL's part of an image that is kept, of 300 x 200 pixels."""
    folder = renders / "images" / "2026-11-30"
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (300, 200), (40, 90, 160)).save(folder / "20261130-101500-3fa9c1-0.png")
    return "2026-11-30/20261130-101500-3fa9c1-0.png"


def test_a_kept_image_comes_whole_or_small(server: Command, kept: str) -> None:
    whole = httpx2.get(f"{server.url}/studio/images/{kept}")
    small = httpx2.get(f"{server.url}/studio/images/{kept}?width=100")
    assert Image.open(io.BytesIO(whole.content)).size == (300, 200)
    assert Image.open(io.BytesIO(small.content)).size == (100, 67)
    types = [answer.headers["content-type"] for answer in (whole, small)]
    assert types == ["image/png", "image/jpeg"] and "attachment" not in whole.headers["content-disposition"]


def test_a_canvas_gets_an_image_upright_and_not_too_large(server: Command) -> None:
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    Image.new("RGB", (3000, 1500)).save(buffer, "JPEG", exif=exif)
    name = httpx2.post(f"{server.url}/api/v1/files?name=a.jpg", content=buffer.getvalue()).json()["name"]
    answer = httpx2.get(f"{server.url}/studio/inputs", params={"name": name})
    assert answer.headers["x-image-size"] == "1500x3000"
    assert Image.open(io.BytesIO(answer.content)).size == (1024, 2048)


@pytest.mark.parametrize(
    "name", ["../jobs.sqlite3", "/etc/passwd", "~/a.png", "nothing.png", "http://127.0.0.1/a.png"]
)
def test_a_canvas_gets_no_file_that_settings_may_not_name(server: Command, name: str) -> None:
    answer = httpx2.get(f"{server.url}/studio/inputs", params={"name": name})
    assert 400 <= answer.status_code < 500 and is_problem(answer, answer.status_code)


@pytest.mark.parametrize(
    "path", ["2026-11-30/none.png", "2026-11-30/0.png", "..%2F..%2Fetc/0.png", "2026-11-30/..%2F0.png"]
)
def test_no_other_file_is_an_image(server: Command, path: str) -> None:
    assert httpx2.get(f"{server.url}/studio/images/{path}").status_code in (404, 422)


def test_an_image_behind_a_link_is_not_served(
    server: Command, renders: Path, kept: str, tmp_path: Path
) -> None:
    link = (renders / "images" / kept).with_name("20261130-101500-3fa9c1-1.png")
    (tmp_path / "secret.png").write_bytes((renders / "images" / kept).read_bytes())
    link.symlink_to(tmp_path / "secret.png")
    assert httpx2.get(f"{server.url}/studio/images/2026-11-30/{link.name}").status_code == 404


def test_an_order_without_a_preview_has_none(server: Command) -> None:
    assert is_problem(httpx2.get(f"{server.url}/studio/image-previews/nothing"), 404)
