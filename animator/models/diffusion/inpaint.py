"""Drawing inside a mask: what it starts from, at which size, and what becomes of its colors."""

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
    """A part of an image, in pixels: [left, right) x [top, bottom)."""

    left: int
    top: int
    right: int
    bottom: int

    def cut(self, image: Tensor) -> Tensor:
        """The part (C, h, w) of an image (C, H, W)."""
        return image[:, self.top : self.bottom, self.left : self.right]


def inpaint(generate: Callable[[GenerationRequest], Tensor], request: GenerationRequest) -> Tensor:
    """The image (3, H, W) of a request, its mask's fill and padding and its colors seen to.

    Args:
        generate: Draws a request whose size it may choose, and keeps what lies outside its mask.
        request: What to draw. A negative seed, A1111's word for any, becomes one of the frame's own.
    """
    if request.seed < 0:
        request = replace(request, seed=derive_seed(request.seed, request.frame, "any seed"))
    if request.mask is None or request.image is None:
        return match_hue(generate(request), request.colors)
    if not request.mask.any():
        return request.image
    if request.fill == "fill":
        request = replace(request, image=fill_smoothly(request.image, request.mask))
    return match_hue(_drawn_closely(generate, request), request.colors)


def _drawn_closely(generate: Callable[[GenerationRequest], Tensor], request: GenerationRequest) -> Tensor:
    """The image with its mask's box drawn at the size of the whole."""
    image, mask, padding = request.image, request.mask, request.mask_padding
    if image is None or mask is None or padding is None:
        return generate(request)
    height, width = image.shape[-2:]
    box = padded_box(mask, padding)
    if (box.right - box.left, box.bottom - box.top) == (width, height):
        return generate(request)
    size = request.size[1], request.size[0]
    near, near_mask = (_scaled(box.cut(whole), size).clamp(0.0, 1.0) for whole in (image, mask))
    controls = tuple(
        replace(control, image=_scaled(box.cut(control.image), size).clamp(0.0, 1.0))
        for control in request.controls
        if control.image is not None
    )
    drawn = generate(replace(request, image=near, mask=near_mask, controls=controls))
    part = _scaled(drawn, (box.bottom - box.top, box.right - box.left)).clamp(0.0, 1.0)
    whole = image.clone()
    box.cut(whole).lerp_(part, box.cut(mask))
    return whole


def padded_box(mask: Tensor, padding: int) -> Box:
    """The box around what a mask (1, H, W) holds, padded, grown to the image's proportions, inside it.

    Source:
        What A1111's "inpaint only masked" takes; grown evenly, then moved inside.
    """
    height, width = mask.shape[-2:]
    rows, columns = ((mask[0] > 0).any(axis).nonzero().flatten() for axis in (1, 0))
    top, bottom = max(int(rows[0]) - padding, 0), min(int(rows[-1]) + 1 + padding, height)
    left, right = max(int(columns[0]) - padding, 0), min(int(columns[-1]) + 1 + padding, width)
    scale = max((right - left) / width, (bottom - top) / height)
    across = min(math.ceil(scale * width), width)
    down = min(math.ceil(scale * height), height)
    left = min(max(left - (across - (right - left)) // 2, 0), width - across)
    top = min(max(top - (down - (bottom - top)) // 2, 0), height - down)
    return Box(left, top, left + across, top + down)


def match_hue(drawn: Tensor, colors: Tensor | None) -> Tensor:
    """The drawing (3, H, W) with the hues of another image and its own lightness.

    Source:
        A1111's color correction: histograms matched in LAB, then the drawing's luminosity laid over.
    """
    if colors is None:
        return drawn
    matched = lab_from_rgb(match_color(drawn, colors, Coherence.LAB))
    matched[0] = lab_from_rgb(drawn)[0]
    return rgb_from_lab_(matched).clamp_(0.0, 1.0)


def _scaled(image: Tensor, size: tuple[int, int]) -> Tensor:
    """An image (C, h, w) at a height and width."""
    return functional.interpolate(
        image.unsqueeze(0), size, mode="bicubic", align_corners=False, antialias=True
    )[0]
