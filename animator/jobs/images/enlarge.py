"""Enlarges the images of an order, by interpolation or by networks."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from animator.errors import UserError
from animator.generation.canvas import MAX_PIXELS, open_image
from animator.generation.fit import fitted
from animator.generation.image import encode_image
from animator.generation.upscale import enlarged, open_enlarger
from animator.generation.upscale_file import enlarged_infotext
from animator.images.image import Image8, png_of
from animator.jobs.images.faces import open_restore
from animator.jobs.images.generation import ImageReports, ImageTarget
from animator.jobs.images.messages import ImageProgress
from animator.jobs.images.signals import EarlyEnd
from animator.jobs.images.work import Enlargement, MadeImage
from animator.models.folders import model_folders


def enlarge(
    work: Enlargement,
    target: ImageTarget | None,
    device: torch.device,
    end: EarlyEnd,
    reports: ImageReports,
) -> None:
    """Enlarges images until all are made, or an end is asked for.

    Args:
        work: What to enlarge.
        target: Where they are kept, with the infotexts of their sources; None keeps none.
        device: Device of the networks.
        end: Ends it after an image.
        reports: Where reports go.

    Raises:
        UserError: An image cannot be read, would be too large, or there is no such upscaler.
        OSError: An image cannot be written.
    """
    restores = [open_restore(faces, device) for faces in work.faces]
    for number, path in enumerate(work.images):
        if end.is_interrupted:
            return
        reports.advanced(ImageProgress(number, len(work.images), share=number / len(work.images)))
        pixels = np.asarray(open_image(path))
        for restore in restores:
            pixels = restore(pixels)
        larger = _larger(Image.fromarray(pixels), work, device)
        if target is None:
            reports.made(MadeImage(png_of(larger)))
        else:
            factor = round(larger.shape[1] / pixels.shape[1], 2)
            infotext = enlarged_infotext(Path(path), factor, work.upscaler)
            reports.made(_kept(larger, infotext, target, number))


def _kept(pixels: Image8, infotext: str, target: ImageTarget, number: int) -> MadeImage:
    """Returns an enlarged image that is kept with its infotext."""
    png = encode_image(Image.fromarray(pixels), ".png", infotext)
    return MadeImage(png, infotext=infotext, path=target.write(number, png))


def _larger(image: Image.Image, work: Enlargement, device: torch.device) -> Image8:
    size = _size(image.size, work)
    if work.size is not None and work.crops:
        image = _cropped(image, size)
    pixels = np.asarray(image)
    first = _enlarged(pixels, size, work.upscaler, device)
    if not work.second or work.second_share == 0:
        return first
    second = _enlarged(pixels, size, work.second, device)
    both = Image.blend(Image.fromarray(first), Image.fromarray(second), work.second_share)
    return np.asarray(both)


def _enlarged(pixels: Image8, size: tuple[int, int], upscaler: str, device: torch.device) -> Image8:
    own = pixels.shape[1], pixels.shape[0]
    return enlarged(pixels, size, open_enlarger(upscaler, own, size, model_folders(), device))


def _size(own: tuple[int, int], work: Enlargement) -> tuple[int, int]:
    """Returns the width and height of the result."""
    if work.size is not None:
        size = work.size
    else:
        scale = work.scale or 1.0
        size = max(1, round(own[0] * scale)), max(1, round(own[1] * scale))
    if size[0] * size[1] > MAX_PIXELS:
        raise UserError(f"the image would have {size[0]} x {size[1]} pixels; expected at most {MAX_PIXELS}")
    return size


def _cropped(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Returns the middle of an image that has the aspect ratio of a size, at its own resolution."""
    scale = min(image.width / size[0], image.height / size[1])
    return fitted(image, (max(1, round(size[0] * scale)), max(1, round(size[1] * scale))), "crop")
