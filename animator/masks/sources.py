"""Where the masks of an expression come from: files, a film, the init image's alpha, words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.errors import UserError
from animator.film.open_clip import ClipView
from animator.images.colorspace import LUMA
from animator.images.mask_tone import contrast_about_mean
from animator.masks.compose import compose
from animator.masks.expression import Leaf, parse_mask

FILES_KEPT = 32


@dataclass(frozen=True)
class Adjust:
    """What is done to masks from files and films.

    Attributes:
        contrast: Factor on the distance from the mask's mean.
        brightness: Factor, before the contrast.
    """

    contrast: float = 1.0
    brightness: float = 1.0

    def apply(self, mask: Tensor) -> Tensor:
        """The adjusted mask (H, W), [0, 1]."""
        if self.brightness != 1.0:
            mask = (mask * self.brightness).clamp_(0.0, 1.0)
        if self.contrast != 1.0:
            mask = contrast_about_mean(mask, self.contrast)
        return mask


_AS_IT_IS = Adjust()


class MaskOf(Protocol):
    """Gives one mask."""

    def __call__(self, frame: int, image: Tensor) -> Tensor:
        """The mask (H, W), [0, 1], of a frame.

        Args:
            frame: Its number in the film.
            image: What is about to be drawn over (3, H, W), for masks that look at it.
        """


class WordModel(Protocol):
    """Finds what a word means in an image."""

    def find(self, word: str, image: Tensor) -> Tensor:
        """The mask (H, W), [0, 1], of a word in an image (3, H, W)."""


@dataclass(frozen=True, eq=False)
class Still:
    """The same mask (H, W) at every frame."""

    mask: Tensor

    def __call__(self, frame: int, image: Tensor) -> Tensor:
        """The mask."""
        return self.mask


@dataclass(frozen=True, eq=False)
class FilmMask:
    """The frames of a mask film, as gray.

    Attributes:
        film: What it shows.
        adjust: What is done to each.
        device: Where masks live.
    """

    film: ClipView
    adjust: Adjust
    device: torch.device

    def __call__(self, frame: int, image: Tensor) -> Tensor:
        """The mask of the frame."""
        pixels = torch.from_numpy(self.film.at(frame).astype(np.float32)).to(self.device)
        return self.adjust.apply((pixels @ pixels.new_tensor(LUMA)).div_(255.0))


class Masks:
    """Everything that mask expressions of a film may name; files are read once."""

    def __init__(  # noqa: PLR0913 (each is a kind of mask, or how one is read)
        self,
        size: tuple[int, int],
        named: Mapping[str, MaskOf],
        device: torch.device,
        adjust: Adjust = _AS_IT_IS,
        words: WordModel | None = None,
        dither: Callable[[Tensor], Tensor] | None = None,
        files: Mapping[str, Tensor] | None = None,
    ) -> None:
        """The masks of a film.

        Args:
            size: Width and height of the masks.
            named: The masks behind `{name}`.
            device: Where masks live.
            adjust: What is done to masks from files.
            words: Finds `<word>`; None where no expression has one.
            dither: What becomes of each mask before masks are joined, such as `hardened`; None leaves it.
            files: Masks by path that take the place of files.
        """
        self._size = size
        self._named = named
        self._device = device
        self._adjust = adjust
        self._words = words
        self._dither = dither
        self._given = files or {}
        self._files: LRUCache[str, Tensor] = LRUCache(FILES_KEPT)

    def at(self, text: str, frame: int, image: Tensor) -> Tensor:
        """The mask (H, W), [0, 1], of an expression at a frame; see `MaskOf`.

        Raises:
            UserError: A file that cannot be read, a film that is too short, a name without a mask.
        """

        def mask_of(leaf: Leaf) -> Tensor:
            found = self._leaf(leaf, frame, image)
            return found if self._dither is None else self._dither(found)

        return compose(parse_mask(text), mask_of)

    def _leaf(self, leaf: Leaf, frame: int, image: Tensor) -> Tensor:
        if leaf.kind == "file":
            return self._file(leaf.text)
        if leaf.kind == "word":
            if self._words is None:
                raise UserError(f"mask <{leaf.text}>: give the CLIPSeg folder as mask.word_model")
            return self._words.find(leaf.text, image)
        if leaf.text not in self._named:
            raise UserError(f"mask {{{leaf.text}}}: there is none; give mask.mask_file")
        return self._named[leaf.text](frame, image)

    def _file(self, path: str) -> Tensor:
        if path in self._given:
            return self._given[path]
        return self._files.get(path, lambda: self._adjust.apply(read_mask(path, self._size, self._device)))


def read_mask(path: str, size: tuple[int, int], device: torch.device, channel: str = "L") -> Tensor:
    """The mask (H, W), [0, 1], of an image file: its gray, or with channel "A" its alpha.

    Raises:
        UserError: The file is missing or no image, or has no alpha channel.
    """
    try:
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image)
            if channel == "A" and not upright.has_transparency_data:
                raise UserError(
                    f"{path}: has no alpha channel, which mask.use_alpha_as_mask asks for; save it as a PNG "
                    "with transparency, or give mask.mask_file"
                )
            plane = upright.convert("RGBA").getchannel("A") if channel == "A" else upright.convert("L")
    except (OSError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{path}: cannot be read as a mask: {reason}") from error
    return mask_of_image(plane, size, device)


def mask_of_image(image: Image.Image, size: tuple[int, int], device: torch.device) -> Tensor:
    """The mask (H, W), [0, 1], of a gray Pillow image, at a width and height."""
    sized = image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)
    return torch.from_numpy(np.array(sized)).to(device, torch.float32).div_(255.0)
