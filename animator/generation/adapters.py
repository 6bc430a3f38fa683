"""IP-Adapter units of images: the images that act like prompts, in each request."""

from dataclasses import replace

import torch
from torch import Tensor

from animator.generation.canvas import Canvas, open_image
from animator.generation.groups import ImageAdapter
from animator.generation.models import adapter_name
from animator.generation.settings import ImageSettings
from animator.images.image import image_of
from animator.masks.sources import mask_of_image
from animator.models.diffusion.image_prompt import ImagePrompt


def image_prompts_of(
    settings: ImageSettings, canvas: Canvas, device: torch.device
) -> tuple[ImagePrompt, ...]:
    """Returns the image prompts of requests; they are the same for each image of the settings.

    Args:
        settings: The settings.
        canvas: What is generated over.
        device: Device of the images.

    Raises:
        UserError: An image cannot be read.
    """
    return tuple(
        _prompt(unit, images, canvas, device)
        for unit in settings.ip_adapter
        if unit.weight and unit.start < unit.end and (images := _images(unit, canvas, device))
    )


def resized(prompts: tuple[ImagePrompt, ...], others: tuple[ImagePrompt, ...]) -> tuple[ImagePrompt, ...]:
    """Returns prompts of another size with the very images of others, which are then encoded once."""
    return tuple(replace(one, images=other.images) for one, other in zip(prompts, others, strict=True))


def _prompt(
    unit: ImageAdapter, images: tuple[Tensor, ...], canvas: Canvas, device: torch.device
) -> ImagePrompt:
    mask = None
    if unit.mask:
        # With a mask at full resolution it is cropped with the image, so it has its size.
        mask = mask_of_image(open_image(unit.mask).convert("L"), canvas.image_size, device).unsqueeze(0)
    return ImagePrompt(adapter_name(unit), images, unit.weight, unit.start, unit.end, mask)


def _images(unit: ImageAdapter, canvas: Canvas, device: torch.device) -> tuple[Tensor, ...]:
    if unit.images:
        return tuple(image_of(open_image(path), None, device) for path in unit.images)
    return () if canvas.image is None else (canvas.image,)
