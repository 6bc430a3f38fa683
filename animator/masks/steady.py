"""`SteadyWords`: masks of words, averaged along the motion of the clip so that they do not flicker."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.images.grid import flow_grid
from animator.images.resample import Border, Sampling, sample
from animator.masks.follow import Flow, flows_agree

WORDS_KEPT = 4
"""Words whose last images are in memory; those of others are looked at again, to the same bits."""
MASKS_KEPT = 64
"""Masks in memory, for the in-betweens of a group are asked for after its last frame."""
_OLDEST = math.exp(-2.0)
"""Weight of the oldest image that counts; that of the newest is 1."""

Find = Callable[[str, Tensor], Tensor]
"""Returns the mask (H, W), [0, 1], of a word in an image (3, H, W)."""


@dataclass(frozen=True, eq=False)
class _Seen:
    """The masks of a word in the last images.

    Attributes:
        frame: The newest image.
        image: (3, H, W).
        masks: Of each image, the oldest first, carried to the newest one: (2, H, W), the mask and 1 where it
            is known there.
    """

    frame: int
    image: Tensor
    masks: tuple[Tensor, ...]


class SteadyWords:
    """Finds words in the images of a clip; each mask is an average of those of the last images.

    An image counts the less the older it is, exponentially. Each mask is a function of the last images of the
    clip alone, so that a film which is resumed has the same ones.
    """

    def __init__(self, find: Find, clip: Callable[[int], Tensor], flow: Flow, span: int) -> None:
        """Has not looked at any image yet.

        Args:
            find: Segments an image by a word.
            clip: Returns the clip's image (3, H, W) for a frame.
            flow: Finds the motion from one image to another.
            span: How many images before the newest one count.
        """
        self._find = find
        self._clip = clip
        self._flow = flow
        self._span = span
        self._seen: dict[str, _Seen] = {}
        self._masks: LRUCache[tuple[str, int], Tensor] = LRUCache(MASKS_KEPT)

    def __call__(self, word: str, frame: int, image: Tensor) -> Tensor:
        """Returns the mask (H, W) of 0 and 1 of a word at a frame, on the device of the image."""
        return self._masks.get((word, frame), lambda: self._steady(word, frame)).to(image.device)

    def _steady(self, word: str, frame: int) -> Tensor:
        seen, first = self._seen.pop(word, None), max(0, frame - self._span)
        if seen is None or not first <= seen.frame < frame:
            seen = self._look(word, None, first)
        for number in range(seen.frame + 1, frame + 1):
            seen = self._look(word, seen, number)
        self._seen[word] = seen
        while len(self._seen) > WORDS_KEPT:
            del self._seen[next(iter(self._seen))]
        return self._average(seen.masks)

    def _look(self, word: str, seen: _Seen | None, frame: int) -> _Seen:
        """Returns what is seen of a word at a frame, after what was seen at the one before."""
        image = self._clip(frame)
        mask = self._find(word, image)
        newest = torch.stack([mask, torch.ones_like(mask)])
        if seen is None:
            return _Seen(frame, image, (newest,))
        back, forth = self._flow(image, seen.image), self._flow(seen.image, image)
        grid, is_known = flow_grid(back, -1.0), flows_agree(back, forth)
        older = seen.masks[max(0, len(seen.masks) - self._span) :]
        carried = (sample(one, grid, Border.ZEROS, Sampling.BILINEAR) * is_known for one in older)
        return _Seen(frame, image, (*carried, newest))

    def _average(self, masks: tuple[Tensor, ...]) -> Tensor:
        """Returns the mask (H, W) of 0 and 1 that most of the masks have, by their weights."""
        summed = known = torch.zeros_like(masks[-1][0])
        for age, (mask, valid) in enumerate(reversed(masks)):
            weight = _OLDEST ** (age / self._span)
            summed, known = summed + mask * weight, known + valid * weight
        return (summed > 0.5 * known).to(summed.dtype)
