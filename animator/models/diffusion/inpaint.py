"""Inpainting: fill the masked part, inpaint only masked at full resolution, match colors."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
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


@dataclass(frozen=True, eq=False)
class Inpainting:
    """A request prepared for a model, and what becomes of the generated image.

    Attributes:
        asked: What was asked for.
        part: What the model generates; it keeps the image outside the mask.
        box: The place of the generated image in the whole one; None for all of it.
        result: The image (3, H, W) where there is nothing to generate; None otherwise.
    """

    asked: GenerationRequest
    part: GenerationRequest
    box: Box | None = None
    result: Tensor | None = None

    @classmethod
    def of(cls, request: GenerationRequest) -> "Inpainting":
        """Prepares a request: its fill, its mask padding, and its seed.

        Args:
            request: The request. A negative seed, which in A1111 means random, is derived from the frame.
        """
        if request.seed < 0:
            request = replace(request, seed=derive_seed(request.seed, request.frame, "any seed"))
        if request.mask is None or request.image is None:
            return cls(request, request)
        if not request.mask.any():
            return cls(request, request, result=request.image)
        if request.fill == "fill":
            filled = fill_smoothly(request.image, request.mask)
            request = replace(request, image=filled, fill="original")
        return _only_masked(request)

    def finish(self, generated: Tensor) -> Tensor:
        """Returns the image (3, H, W) that was asked for."""
        image, mask, box = self.asked.image, self.asked.mask, self.box
        if image is not None and mask is not None and box is not None:
            patch = _resize(generated, (box.bottom - box.top, box.right - box.left)).clamp(0.0, 1.0)
            generated = image.clone()
            box.crop(generated).lerp_(patch, box.crop(mask))
        return match_hue(generated, self.asked.colors)


def inpaint(generate: Callable[[GenerationRequest], Tensor], request: GenerationRequest) -> Tensor:
    """Returns the image (3, H, W) of a request, after applying its fill, mask padding and colors.

    Args:
        generate: Generates a request and keeps the image outside its mask.
        request: The request; see `Inpainting.of`.
    """
    return inpaint_all(lambda parts: [generate(part) for part in parts], [request])[0]


def inpaint_all(
    generate: Callable[[Sequence[GenerationRequest]], Sequence[Tensor]], requests: Sequence[GenerationRequest]
) -> list[Tensor]:
    """Returns the images (3, H, W) of requests; see `inpaint`.

    Args:
        generate: Generates requests together.
        requests: The requests.
    """
    prepared = [Inpainting.of(request) for request in requests]
    parts = [each.part for each in prepared if each.result is None]
    generated = iter(generate(parts) if parts else ())
    return [each.finish(next(generated)) if each.result is None else each.result for each in prepared]


def _only_masked(request: GenerationRequest) -> Inpainting:
    """Returns the inpainting of the mask's surroundings, generated at full resolution."""
    image, mask, padding = request.image, request.mask, request.mask_padding
    if image is None or mask is None or padding is None:
        return Inpainting(request, request)
    height, width = image.shape[-2:]
    box = padded_box(mask, padding, request.size)
    if (box.right - box.left, box.bottom - box.top) == (width, height) == request.size:
        return Inpainting(request, request)
    size = request.size[1], request.size[0]
    part, part_mask = (_resize(box.crop(whole), size).clamp(0.0, 1.0) for whole in (image, mask))
    controls = tuple(
        replace(
            control,
            image=_resize(box.crop(control.image), size).clamp(0.0, 1.0),
            mask=None if control.mask is None else _resize(box.crop(control.mask), size).clamp(0.0, 1.0),
        )
        for control in request.controls
        if control.image is not None
    )
    prompts = tuple(
        prompt
        if prompt.mask is None
        else replace(prompt, mask=_resize(box.crop(prompt.mask), size).clamp(0.0, 1.0))
        for prompt in request.image_prompts
    )
    revealed = request.revealed
    if revealed is not None:
        revealed = _resize(box.crop(revealed), size).clamp(0.0, 1.0)
    inner = replace(
        request,
        image=part,
        mask=part_mask,
        controls=controls,
        image_prompts=prompts,
        revealed=revealed,
        mask_padding=None,
    )
    return Inpainting(request, inner, box)


def padded_box(mask: Tensor, padding: int, shape: tuple[int, int]) -> Box:
    """Returns the bounding box of a mask (1, H, W), padded and expanded to an aspect ratio.

    Args:
        mask: The mask; 1 inside.
        padding: Pixels around it.
        shape: Width and height with the aspect ratio. Where the mask reaches too far for it, the box ends at
            the image's edges.

    Source:
        A1111's "inpaint only masked": expanded evenly on both sides, then shifted into the image.
    """
    height, width = mask.shape[-2:]
    above, below, before, after = _margins(mask[0] > 0)
    top, bottom = max(above - padding, 0), min(height - below + padding, height)
    left, right = max(before - padding, 0), min(width - after + padding, width)
    scale = max((right - left) / shape[0], (bottom - top) / shape[1])
    wide = min(math.ceil(scale * shape[0]), width)
    high = min(math.ceil(scale * shape[1]), height)
    left = min(max(left - (wide - (right - left)) // 2, 0), width - wide)
    top = min(max(top - (high - (bottom - top)) // 2, 0), height - high)
    return Box(left, top, left + wide, top + high)


def _margins(inside: Tensor) -> list[int]:
    """Returns the empty pixels at top, bottom, left and right of a mask (H, W), bool, that is not empty.

    Synchronizes with the device once.
    """
    lines = [line.to(torch.uint8) for axis in (1, 0) for line in (inside.any(axis), inside.any(axis).flip(0))]
    margins: list[int] = torch.stack([line.argmax() for line in lines]).tolist()
    return margins


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
