"""The fields that generations and edits share, and the settings that they mean."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from animator.server.context import ServerContext
from animator.server.errors import NotFoundError, RequestError
from animator.server.sdapi.models import find_checkpoint

MAX_IMAGES, MAX_SIDE, MIN_SIDE = 10, 2048, 64
_SIZE = re.compile(r"([0-9]{1,5})x([0-9]{1,5})")
_OTHERS_MODELS = ("", "dall-e-2", "dall-e-3", "gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5")
"""Names of OpenAI's own models, for which the server's own stands in: many clients cannot send another."""


def _known_size(value: str | None) -> str | None:
    if value is None or value == "auto":
        return None
    sides = _SIZE.fullmatch(value)
    if not sides or not all(MIN_SIDE <= int(side) <= MAX_SIDE for side in sides.groups()):
        raise ValueError(
            f"expected width and height, such as 512x512, each from {MIN_SIDE} to {MAX_SIDE}; or auto"
        )
    return value


Prompt = Annotated[str, Field(min_length=1, max_length=32_000, description="What the images show.")]
ModelName = Annotated[str | None, Field(max_length=1000, description="One of /v1/models.")]
Count = Annotated[int, Field(ge=1, le=MAX_IMAGES, description="Number of images.")]
SizeText = Annotated[
    str | None, AfterValidator(_known_size), Field(description="Such as `512x512`, or `auto`.")
]
Format = Annotated[
    Literal["url", "b64_json"] | None,
    Field(description="`url` keeps the images on the server; base64 where it is left out."),
]


def settings_of(
    prompt: str, model: str | None, count: int | None, size: str | None, context: ServerContext
) -> dict[str, Any]:
    """Returns the settings of images; what is left open suits the model.

    Raises:
        RequestError: There is no such model.
    """
    name = context.web_ui.values.sd_model_checkpoint
    if model is not None and model.lower() not in _OTHERS_MODELS:
        try:
            name = find_checkpoint(model, context)
        except NotFoundError as error:
            text = f"model {model:.200}: is not here; /v1/models lists those that are"
            raise RequestError("/model", text) from error
    return {"prompt": prompt, "model": name, "count": count or 1, "size": size}
