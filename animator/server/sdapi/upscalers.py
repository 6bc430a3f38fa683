"""Upscalers by A1111's names."""

from animator.core.permissions import permissions
from animator.film.upscaling.find_upscaler import KNOWN, find_upscaler
from animator.server.context import ServerContext
from animator.server.errors import RequestError

_OURS = {
    "none": "lanczos",
    "r-esrgan 4x+": "realesrgan-x4plus",
    "r-esrgan 4x+ anime6b": "realesrgan-x4plus-anime",
    "r-esrgan animevideo": "realesr-animevideov3",
}


def upscaler_of(name: str, context: ServerContext) -> str:
    """Returns the name of an upscaler in settings; other names are those of files in the model folders.

    Raises:
        RequestError: It is one that settings of films may name without its file, and the file is not here.
    """
    known = _OURS.get(name.strip().lower(), name.strip())
    if known not in KNOWN or permissions().stand_ins:
        return known
    if find_upscaler(known, context.options.model_folders) is None:
        text = f"upscaler {name:.200}: its file is not here; /sdapi/v1/upscalers lists those that are"
        raise RequestError("/upscaler", text)
    return known
