"""A client of A1111's API, as small as its own tests have."""

import base64
import io
import json
from dataclasses import dataclass
from typing import Any

import httpx2
from PIL import Image

SMALL = {"prompt": "a lake", "width": 64, "height": 64, "steps": 2, "cfg_scale": 3, "seed": 7}


@dataclass(frozen=True)
class WebUi:
    """A server.

    Attributes:
        url: Its address.
    """

    url: str

    def get(self, path: str) -> Any:
        """The object of an answer."""
        answer = httpx2.get(f"{self.url}{path}", timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, path: str, **body: Any) -> httpx2.Response:
        """The answer to a request."""
        return httpx2.post(f"{self.url}{path}", json=body, timeout=120)

    def post(self, path: str, **body: Any) -> Any:
        """The object of an answer."""
        answer = self.ask(path, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refuses(self, path: str, **body: Any) -> tuple[int, str]:
        """The status and the text of an error."""
        answer = self.ask(path, **body)
        return answer.status_code, str(answer.json()["detail"])

    def txt2img(self, **body: Any) -> "Made":
        """Images of 64 x 64 pixels."""
        return Made(self.post("/sdapi/v1/txt2img", **{**SMALL, **body}))

    def img2img(self, image: Image.Image, **body: Any) -> "Made":
        """Images over another."""
        return Made(self.post("/sdapi/v1/img2img", **{**SMALL, "init_images": [encoded(image)], **body}))


class Made:
    """An answer with images."""

    def __init__(self, answer: Any) -> None:
        self.images = [decoded(text) for text in answer["images"]]
        self.parameters = answer["parameters"]
        self.info = json.loads(answer["info"])


def encoded(image: Image.Image, **options: Any) -> str:
    """An image in base64."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return base64.b64encode(buffer.getvalue()).decode()


def decoded(text: str) -> Image.Image:
    """The image of a base64 text."""
    image = Image.open(io.BytesIO(base64.b64decode(text)))
    image.load()
    return image
