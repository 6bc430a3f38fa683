"""`upscale_file`: enlarges an image file, and keeps what it records of itself."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from animator.errors import UserError
from animator.generation.canvas import MAX_PIXELS
from animator.generation.image import check_image_target, save_image
from animator.generation.infotext_fields import shown, stem_of
from animator.generation.preflight import check_upscaler
from animator.generation.resolve import library_of
from animator.generation.upscale import enlarged, open_enlarger
from animator.images.image_file import DecodedImage, decode_file
from animator.presets.infotext import Infotext
from animator.presets.records import read_provenance


def upscale_file(
    source: Path, target: Path, factor: float, model: str, device: torch.device | str, *, force: bool = False
) -> Path:
    """Enlarges an image file, and returns the path of the new one.

    Args:
        source: The image.
        target: The new file; .png and .webp keep transparency.
        factor: Factor of width and height, at least 1.
        model: "lanczos", "nearest", the path of a network's file, or its name in the model folders.
        device: Device of a network.
        force: Replace a file that animator did not write.

    Raises:
        UserError: A file cannot be read or replaced, or the result would be far too large.
        ModelError: The network cannot be used.
    """
    check_image_target(target, [source], force=force)
    library = library_of()
    check_upscaler(model, library)
    decoded = decode_file(source)
    own = decoded.color.size
    size = round(own[0] * factor), round(own[1] * factor)
    if size[0] * size[1] > MAX_PIXELS:
        raise UserError(f"{source}: would have {size[0]} x {size[1]} pixels; expected at most {MAX_PIXELS}")
    enlarger = open_enlarger(model, own, size, library.folders, device)
    color = Image.fromarray(enlarged(np.asarray(decoded.color), size, enlarger))
    text = enlarged_infotext(source, factor, model)
    return save_image(_with_alpha(color, decoded, target), target, text, inputs=[source], force=force)


def _with_alpha(color: Image.Image, decoded: DecodedImage, target: Path) -> Image.Image:
    """Returns the enlarged image with its transparency, or over black where the file holds none."""
    if decoded.alpha is None:
        return color
    alpha = decoded.alpha.resize(color.size, Image.Resampling.LANCZOS)
    if target.suffix.lower() in (".png", ".webp"):
        color.putalpha(alpha)
        return color
    return Image.composite(color, Image.new("RGB", color.size), alpha)


def enlarged_infotext(source: Path, factor: float, model: str) -> str:
    """Returns the infotext of the source with A1111's fields of the enlargement."""
    try:
        recorded = Infotext.parse(read_provenance(source).infotext or "")
    except UserError:  # most images record nothing
        recorded = Infotext("", "", {})
    more = {"Postprocess upscale by": shown(factor), "Postprocess upscaler": stem_of(model)}
    return Infotext(recorded.positive, recorded.negative, {**recorded.fields, **more}, recorded.trailing).text
