"""Inpainting: fill the masked part, inpaint only masked at full resolution, match colors."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from torch import Tensor
from torch.nn import functional

from animator.images.color import Coherence, match_color
from animator.images.colorspace import lab_from_rgb, rgb_from_lab_
from animator.images.inpaint import fill_smoothly
from animator.models.diffusion.request import GenerationRequest
from schedules.seeds import derive_seed


@dataclass(frozen=True)
class Box:
    """A rectangle of an image, in pixels: [left, right) x [top, bottom)."""

    left: int
    top: int
    right: int
    bottom: int

    def crop(self, image: Tensor) -> Tensor:
        """Returns the rectangle (C, h, w) of an image (C, H, W), as a view."""
        return image[:, self.top : self.bottom, self.left : self.right]


def inpaint(generate: Callable[[GenerationRequest], Tensor], request: GenerationRequest) -> Tensor:
    """Returns the image (3, H, W) of a request, after applying its fill, mask padding and colors.

    Args:
        generate: Generates a request and keeps the image outside its mask.
        request: The request. A negative seed, which in A1111 means random, is derived from the frame.
    """
    if request.seed < 0:
        request = replace(request, seed=derive_seed(request.seed, request.frame, "any seed"))
    if request.mask is None or request.image is None:
        return match_hue(generate(request), request.colors)
    if not request.mask.any():
        return request.image
    if request.fill == "fill":
        request = replace(request, image=fill_smoothly(request.image, request.mask))
    return match_hue(_inpaint_only_masked(generate, request), request.colors)


def _inpaint_only_masked(
    generate: Callable[[GenerationRequest], Tensor], request: GenerationRequest
) -> Tensor:
    """Returns the image with the mask's surroundings generated at full resolution and scaled back."""
    image, mask, padding = request.image, request.mask, request.mask_padding
    if image is None or mask is None or padding is None:
        return generate(request)
    height, width = image.shape[-2:]
    box = padded_box(mask, padding)
    if (box.right - box.left, box.bottom - box.top) == (width, height):
        return generate(request)
    size = request.size[1], request.size[0]
    part, part_mask = (_resize(box.crop(whole), size).clamp(0.0, 1.0) for whole in (image, mask))
    controls = tuple(
        replace(control, image=_resize(box.crop(control.image), size).clamp(0.0, 1.0))
        for control in request.controls
        if control.image is not None
    )
    generated = generate(replace(request, image=part, mask=part_mask, controls=controls))
    patch = _resize(generated, (box.bottom - box.top, box.right - box.left)).clamp(0.0, 1.0)
    result = image.clone()
    box.crop(result).lerp_(patch, box.crop(mask))
    return result


def padded_box(mask: Tensor, padding: int) -> Box:
    """Returns the bounding box of a mask (1, H, W), padded and expanded to the image's aspect ratio.

    Source:
        A1111's "inpaint only masked": expanded evenly on both sides, then shifted into the image.
    """
    height, width = mask.shape[-2:]
    rows, columns = ((mask[0] > 0).any(axis).nonzero().flatten() for axis in (1, 0))
    top, bottom = max(int(rows[0]) - padding, 0), min(int(rows[-1]) + 1 + padding, height)
    left, right = max(int(columns[0]) - padding, 0), min(int(columns[-1]) + 1 + padding, width)
    scale = max((right - left) / width, (bottom - top) / height)
    wide = min(math.ceil(scale * width), width)
    high = min(math.ceil(scale * height), height)
    left = min(max(left - (wide - (right - left)) // 2, 0), width - wide)
    top = min(max(top - (high - (bottom - top)) // 2, 0), height - high)
    return Box(left, top, left + wide, top + high)


def match_hue(image: Tensor, colors: Tensor | None) -> Tensor:
    """Returns an image (3, H, W) with the hues of another image and its own lightness.

    Args:
        image: (3, H, W).
        colors: The other image (3, h, w); None returns `image` unchanged.

    Source:
        A1111's color correction: histogram matching in LAB, blended with the image by luminosity.
    """
    if colors is None:
        return image
    matched = lab_from_rgb(match_color(image, colors, Coherence.LAB))
    matched[0] = lab_from_rgb(image)[0]
    return rgb_from_lab_(matched).clamp_(0.0, 1.0)


def _resize(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Returns an image (C, h, w) resized to a height and width."""
    return functional.interpolate(
        image.unsqueeze(0), size, mode="bicubic", align_corners=False, antialias=True
    )[0]
