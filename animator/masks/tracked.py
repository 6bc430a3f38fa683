"""`TrackedMask`: the mask of a thing that is followed through a clip."""

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.masks.follow import Flow, Track, follow

MASKS_KEPT = 64
"""Masks in memory, for the in-betweens of a group are asked for after its last frame."""


class Following(Protocol):
    """A thing in a clip, at one of its images."""

    def next(self, image: Tensor) -> Tensor:
        """Returns the mask (H, W), [0, 1], in the clip's next image (3, H, W), and moves on to it."""


Tracker = Callable[[Tensor, Tensor], Following]
"""Begins to follow a thing: from an image (3, H, W) and its mask (H, W) in it."""


class FlowFollowing:
    """A thing that is followed by optical flow; see `animator.masks.follow`."""

    def __init__(self, image: Tensor, mask: Tensor, flow: Flow) -> None:
        """Begins at an image (3, H, W) with the mask (H, W) of the thing."""
        self._track = Track.begin(image, mask)
        self._flow = flow

    def next(self, image: Tensor) -> Tensor:
        """Returns the mask (H, W) in the next image (3, H, W)."""
        self._track = follow(self._track, image, self._flow)
        return self._track.mask


class TrackedMask:
    """A mask of the first frame, followed through the clip; see `animator.masks.sources.MaskSource`.

    The mask of a frame depends on the clip alone: where an earlier frame is asked for, or a film is resumed,
    the thing is followed from the beginning again. All of it runs on the CPU, so that it has the same bits.
    """

    def __init__(
        self,
        clip: Callable[[int], Tensor],
        begin: Callable[[Tensor], Tensor],
        tracker: Tracker,
        first: int,
    ) -> None:
        """Starts before the first frame.

        Args:
            clip: Returns the clip's image (3, H, W) for a frame.
            begin: Returns the mask (H, W) of the thing in the first frame's image.
            tracker: Follows it.
            first: The first frame; before it the mask is empty.
        """
        self._clip = clip
        self._begin = begin
        self._tracker = tracker
        self._first = first
        self._at = -1
        self._following: Following | None = None
        self._masks: LRUCache[int, Tensor] = LRUCache(MASKS_KEPT)

    def __call__(self, frame: int, image: Tensor) -> Tensor:
        """Returns the mask (H, W) of a frame, on the device of the image."""
        if frame < self._first:
            return torch.zeros_like(image[0])
        return self._masks.get(frame, lambda: self._followed(frame)).to(image.device)

    def _followed(self, frame: int) -> Tensor:
        """Returns the mask of a frame that is not kept any more, or not known yet."""
        following = self._following
        if following is None or frame <= self._at:
            start = self._clip(self._first)
            mask = self._begin(start).cpu()
            following, self._at = self._tracker(start.cpu(), mask), self._first
            self._following = following
        for number in range(self._at + 1, frame + 1):
            mask = following.next(self._clip(number).cpu())
            self._masks.get(number, mask.clone)
            self._at = number
        return mask
