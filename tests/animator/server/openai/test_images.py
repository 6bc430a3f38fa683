"""/v1/images: what clients of OpenAI's API get, as base64 and as files, and how they are refused."""

import base64
import io
from typing import Any

import httpx2
import pytest
from PIL import Image

from tests.animator.server.running import Command, Local

BLUE = (40, 90, 160)


def ask(url: str, **body: Any) -> httpx2.Response:
    return httpx2.post(
        f"{url}/v1/images/generations", json={"prompt": "a lake", "size": "64x64", **body}, timeout=60
    )


def edit(url: str, image: bytes, mask: bytes | None = None, **fields: str) -> httpx2.Response:
    files = {"image": ("in.png", image, "image/png")}
    if mask is not None:
        files["mask"] = ("mask.png", mask, "image/png")
    data = {"prompt": "a lake", "size": "64x64", **fields}
    return httpx2.post(f"{url}/v1/images/edits", data=data, files=files, timeout=60)


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def decoded(answer: httpx2.Response) -> list[Image.Image]:
    assert answer.status_code == 200, answer.text
    return [Image.open(io.BytesIO(base64.b64decode(item["b64_json"]))) for item in answer.json()["data"]]


def test_images_are_generated_from_a_prompt(image_server: Command) -> None:
    for model in ("starter", "dall-e-3"):
        images = decoded(ask(image_server.url, n=2, model=model))
        assert [image.size for image in images] == [(64, 64)] * 2


def test_a_url_leads_to_the_file(image_server: Command) -> None:
    (item,) = ask(image_server.url, response_format="url").json()["data"]
    assert item["b64_json"] is None
    answer = httpx2.get(item["url"])
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (64, 64)
    assert httpx2.head(item["url"]).headers["content-length"] == str(len(answer.content))


@pytest.mark.parametrize("in_image", [False, True])
def test_what_is_transparent_is_generated(image_server: Command, in_image: bool) -> None:
    image = Image.new("RGBA", (64, 64), (*BLUE, 255))
    mask = image.copy()
    mask.paste((0, 0, 0, 0), (0, 0, 32, 64))
    answer = edit(image_server.url, png(mask)) if in_image else edit(image_server.url, png(image), png(mask))
    (made,) = decoded(answer)
    kept, new = made.getpixel((60, 32)), made.getpixel((4, 32))
    assert isinstance(kept, tuple) and isinstance(new, tuple)
    assert max(abs(a - b) for a, b in zip(kept, BLUE, strict=True)) <= 2 and new != kept


def test_an_opaque_image_is_generated_over(image_server: Command) -> None:
    assert len(decoded(edit(image_server.url, png(Image.new("RGB", (64, 64), BLUE))))) == 1


def test_models_are_listed(local: Local) -> None:
    (model,) = httpx2.get(f"{local.url}/v1/models").json()["data"]
    assert (model["id"], model["object"]) == ("starter", "model")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"prompt": ""}, "prompt"),
        ({"size": "many x few"}, "size"),
        ({"size": "9x9"}, "size"),
        ({"n": 11}, "n"),
        ({"model": "nosuch"}, "model"),
        ({"response_format": "gif"}, "response_format"),
    ],
)
def test_a_mistake_is_told_with_its_parameter(local: Local, body: dict[str, Any], param: str) -> None:
    answer = ask(local.url, **body)
    error = answer.json()["error"]
    assert answer.status_code == 400 and set(error) == {"message", "type", "param", "code"}
    assert error["param"] == param and error["type"] == "invalid_request_error"


def test_only_images_are_edited(local: Local) -> None:
    opaque = png(Image.new("RGB", (8, 8)))
    assert edit(local.url, b"hello").json()["error"]["param"] == "image"
    assert "is opaque" in edit(local.url, opaque, opaque).json()["error"]["message"]
    assert edit(local.url, opaque, b"hello").json()["error"]["param"] == "mask"


def test_files_are_found_by_their_own_names_alone(local: Local) -> None:
    for name in ("2026-11-30/20261130-174512-3fa9c1-0.png", "..%2F..%2Fjobs.sqlite/x.png", "nosuch"):
        answer = httpx2.get(f"{local.url}/v1/images/files/{name}")
        assert answer.status_code in (400, 404) and "message" in answer.json()["error"]
