"""`Canvas`: what a generation starts from: the init image in place, its mask, the size."""

import math
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from animator.errors import UserError
from animator.film.remote import local_file
from animator.generation.fit import BILINEAR, area_size, fitted
from animator.generation.resolve import defaults_for
from animator.generation.settings import ImageSettings
from animator.images.image import image_of
from animator.images.image_file import decode_file
from animator.images.sharpen import soften
from animator.masks.sources import mask_of_image

MAX_PIXELS = 67_108_864
"""Largest image that is generated or enlarged."""


@dataclass(frozen=True, eq=False)
class Canvas:
    """What a generation starts from.

    Attributes:
        size: Width and height that the model generates.
        image: (3, H, W), RGB in [0, 1]; with a mask at full resolution of another size. None without one.
        mask: (1, H, W), [0, 1]: 1 is generated; None generates everything.
        padding: Pixels around the mask that are seen, where only that area is generated at full resolution.
        is_latent: True if the image is encoded at its own size, and its latent resized.
    """

    size: tuple[int, int]
    image: Tensor | None = None
    mask: Tensor | None = None
    padding: int | None = None
    is_latent: bool = False

    @property
    def image_size(self) -> tuple[int, int]:
        """Width and height of the result."""
        if self.image is None or self.padding is None:
            return self.size
        return self.image.shape[2], self.image.shape[1]


def canvas_of(settings: ImageSettings, device: torch.device | str) -> Canvas:
    """Returns the canvas of settings.

    Raises:
        UserError: An image cannot be read, or the canvas is too large.
    """
    side = defaults_for(settings.model, settings.model_folders).side
    if not settings.init.image:
        return Canvas(_checked(settings.size or (side, side)))
    init = open_image(settings.init.image)
    if settings.outpaint.acts:
        return _beyond_the_edges(settings, init, device)
    size = _checked(settings.size or area_size(init.size, side))
    if settings.mask.image:
        return _masked(settings, init, size, device)
    is_latent = settings.init.resize == "latent" and init.size != size
    shown = init if is_latent else fitted(init, size, settings.init.resize)
    return Canvas(size, image_of(shown, None, device), is_latent=is_latent)


def open_image(name: str) -> Image.Image:
    """Returns the image of a path or a URL, RGB, upright, over black where it is transparent.

    Raises:
        UserError: It cannot be read, or not be downloaded.
    """
    return decode_file(local_file(name)).over_black


def _masked(
    settings: ImageSettings, init: Image.Image, size: tuple[int, int], device: torch.device | str
) -> Canvas:
    mask = open_image(settings.mask.image).convert("L")
    mask = fitted(mask, init.size, "stretch", BILINEAR)
    if not settings.mask.full_res:
        init = fitted(init, size, settings.init.resize)
        mask = fitted(mask, size, settings.init.resize, BILINEAR)
    soft = mask_of_image(mask, mask.size, torch.device(device)).unsqueeze(0)
    soft = _softened(1 - soft if settings.mask.invert else soft, settings.mask.blur)
    padding = settings.mask.padding if settings.mask.full_res else None
    return Canvas(size, image_of(init, None, device), soft, padding)


def _beyond_the_edges(settings: ImageSettings, init: Image.Image, device: torch.device | str) -> Canvas:
    """Returns the canvas of an image with more room on its sides, whose edges are continued there."""
    sides = settings.outpaint
    inner = settings.size or init.size
    size = _checked((inner[0] + sides.left + sides.right, inner[1] + sides.top + sides.bottom))
    image = image_of(fitted(init, inner, settings.init.resize), None, device)
    around = (sides.left, sides.right, sides.top, sides.bottom)
    extended = functional.pad(image.unsqueeze(0), around, mode="replicate")[0]
    kept = torch.zeros((1, size[1], size[0]), device=image.device)
    rows = _inside(sides.top, sides.bottom, size[1], sides.blur)
    columns = _inside(sides.left, sides.right, size[0], sides.blur)
    kept[:, rows, columns] = 1
    # The seam lies in the image: beyond its edge, all is generated.
    mask = _softened(1 - kept, sides.blur)
    new = functional.pad(torch.zeros_like(image[:1]), around, value=1.0)
    return Canvas(size, extended, torch.maximum(mask, new))


def _inside(before: int, after: int, length: int, sigma: float) -> slice:
    """Returns the part of a side of the canvas that stays: the image, without seams to what is generated."""
    reach = math.ceil(2 * sigma)
    first = before + (reach if before else 0)
    return slice(first, max(first, length - after - (reach if after else 0)))


def _softened(mask: Tensor, sigma: float) -> Tensor:
    return soften(mask, sigma).clamp(0.0, 1.0)


def _checked(size: tuple[int, int]) -> tuple[int, int]:
    if size[0] * size[1] > MAX_PIXELS:
        raise UserError(f"size: is {size[0]} x {size[1]}; expected at most {MAX_PIXELS} pixels")
    return size
