"""Sources of the masks in an expression: image files, a clip, the init image's alpha, words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.errors import UserError
from animator.film.open_clip import ClipView
from animator.images.colorspace import LUMA
from animator.images.image_file import decode_file
from animator.images.mask_tone import contrast_about_mean
from animator.images.side_stream import to_device
from animator.masks.compose import compose
from animator.masks.expression import TRACKED, Leaf, parse_mask
from animator.masks.tracked import TrackedMask

FILES_KEPT = 32
FindWord = Callable[[str, int, Tensor], Tensor]
"""Returns the mask (H, W), [0, 1], of a word at a frame, in its image (3, H, W)."""


@dataclass(frozen=True)
class Adjust:
    """Adjustment of masks from files and clips.

    Attributes:
        contrast: Factor on the distance from the mask's mean.
        brightness: Factor, applied before the contrast.
    """

    contrast: float = 1.0
    brightness: float = 1.0

    def apply(self, mask: Tensor) -> Tensor:
        """Returns the adjusted mask (H, W), [0, 1]."""
        if self.brightness != 1.0:
            mask = (mask * self.brightness).clamp_(0.0, 1.0)
        if self.contrast != 1.0:
            mask = contrast_about_mean(mask, self.contrast)
        return mask


_UNCHANGED = Adjust()


class MaskSource(Protocol):
    """A mask for every frame."""

    def __call__(self, frame: int, image: Tensor) -> Tensor:
        """Returns the mask (H, W), [0, 1], of a frame.

        Args:
            frame: Its number in the film.
            image: The image about to be diffused (3, H, W), for masks that depend on it.
        """


@dataclass(frozen=True, eq=False)
class ConstantMask:
    """The same mask (H, W) at every frame."""

    mask: Tensor

    def __call__(self, frame: int, image: Tensor) -> Tensor:
        """Returns the mask."""
        return self.mask


@dataclass(frozen=True, eq=False)
class ClipMask:
    """The frames of a mask clip, in gray.

    Attributes:
        clip: The clip.
        adjust: Adjustment of each mask.
        device: Device of the masks.
    """

    clip: ClipView
    adjust: Adjust
    device: torch.device

    def __call__(self, frame: int, image: Tensor) -> Tensor:
        """Returns the mask of a frame."""
        pixels = torch.from_numpy(self.clip.at(frame).astype(np.float32))
        gray = (pixels @ pixels.new_tensor(LUMA)).div_(255.0)
        return self.adjust.apply(to_device(gray, self.device))


class Masks:
    """Evaluates the mask expressions of a film; files are read once."""

    def __init__(  # noqa: PLR0913 (each is a kind of mask, or how one is read)
        self,
        size: tuple[int, int],
        named: Mapping[str, MaskSource],
        device: torch.device,
        adjust: Adjust = _UNCHANGED,
        words: FindWord | None = None,
        dither: Callable[[Tensor], Tensor] | None = None,
        files: Mapping[str, Tensor] | None = None,
    ) -> None:
        """Initializes the masks of a film.

        Args:
            size: Width and height of the masks.
            named: The masks of `{name}`.
            device: Device of the masks.
            adjust: Adjustment of masks from files.
            words: Finds `<word>`; None if no expression has one.
            dither: Applied to each mask before masks are combined, such as `binarize`; None leaves them soft.
            files: Masks by path, used instead of reading the files.
        """
        self._size = size
        self._named = named
        self._device = device
        self._adjust = adjust
        self._words = words
        self._dither = dither
        self._preloaded = files or {}
        self._files: LRUCache[str, Tensor] = LRUCache(FILES_KEPT)

    @property
    def tracked(self) -> TrackedMask | None:
        """The mask that is followed through the clip; None if there is none."""
        mask = self._named.get(TRACKED)
        return mask if isinstance(mask, TrackedMask) else None

    def at(self, text: str, frame: int, image: Tensor) -> Tensor:
        """Returns the mask (H, W), [0, 1], of an expression at a frame; see `MaskSource`.

        Args:
            text: The expression.
            frame: Number of the frame.
            image: The image about to be diffused (3, H, W).

        Raises:
            UserError: A file cannot be read, the mask clip is too short, or a name has no mask.
        """

        def mask_of(leaf: Leaf) -> Tensor:
            mask = self._leaf(leaf, frame, image)
            return mask if self._dither is None else self._dither(mask)

        return compose(parse_mask(text), mask_of)

    def _leaf(self, leaf: Leaf, frame: int, image: Tensor) -> Tensor:
        if leaf.kind == "file":
            return self._file(leaf.text)
        if leaf.kind == "word":
            if self._words is None:
                raise UserError(f"mask <{leaf.text}>: needs CLIPSeg; set mask.word_model to its folder")
            return self._words(leaf.text, frame, image)
        if leaf.text not in self._named:
            raise UserError(f"mask {{{leaf.text}}}: there is no such mask; set mask.mask_file")
        return self._named[leaf.text](frame, image)

    def _file(self, path: str) -> Tensor:
        if path in self._preloaded:
            return self._preloaded[path]
        return self._files.get(path, lambda: self._adjust.apply(read_mask(path, self._size, self._device)))


def read_mask(path: str, size: tuple[int, int], device: torch.device, channel: str = "L") -> Tensor:
    """Returns the mask (H, W), [0, 1], of an image file.

    Args:
        path: The image file.
        size: Width and height of the mask.
        device: Device of the mask.
        channel: "L" for its luminance times its alpha, "A" for its alpha.

    Raises:
        UserError: The file is missing, is not an image, or has no alpha channel.
    """
    decoded = decode_file(path)
    if channel == "L":
        return mask_of_image(decoded.over_black.convert("L"), size, device)
    if decoded.alpha is None:
        raise UserError(
            f"{path}: has no alpha channel, which mask.use_alpha_as_mask needs; save it as a PNG "
            "with transparency, or set mask.mask_file"
        )
    return mask_of_image(decoded.alpha, size, device)


def mask_of_image(image: Image.Image, size: tuple[int, int], device: torch.device) -> Tensor:
    """Returns the mask (H, W), [0, 1], of a gray Pillow image, resized to a width and height."""
    resized = image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)
    return torch.from_numpy(np.array(resized)).to(device, torch.float32).div_(255.0)
