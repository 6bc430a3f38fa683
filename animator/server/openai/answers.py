"""What generations and edits answer: images in base64, or URLs of files that are kept."""

import time

from fastapi import Request
from pydantic import BaseModel, Field

from animator.jobs.images.desk import ImageTask
from animator.jobs.images.work import MadeImage
from animator.server.sdapi.answers import as_base64


class ImageItem(BaseModel):
    """A finished image."""

    b64_json: str | None = Field(None, description="PNG file in base64.")
    url: str | None = None
    revised_prompt: str | None = None


class ImagesAnswer(BaseModel):
    """Finished images."""

    created: int = Field(description="When, in seconds since 1970.")
    data: list[ImageItem]


def images_answer(task: ImageTask, request: Request) -> ImagesAnswer:
    """Returns the answer for finished images: URLs of those that are kept."""
    return ImagesAnswer(created=int(time.time()), data=[_item(image, request) for image in task.images])


def _item(image: MadeImage, request: Request) -> ImageItem:
    if image.path is None:
        return ImageItem(b64_json=as_base64(image.png))
    day, name = image.path.parent.name, image.path.name
    return ImageItem(url=str(request.url_for("get_kept_image", day=day, name=name)))
