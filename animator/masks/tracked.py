"""`TrackedMask`: the mask of a thing that is followed through a clip."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.errors import ModelError
from animator.masks.follow import Flow, Track, follow

MASKS_KEPT = 64
"""Masks in memory, for the in-betweens of a group are asked for after its last frame."""


class Following(Protocol):
    """A thing in a clip, at one of its images."""

    def next(self, image: Tensor) -> Tensor:
        """Returns the mask (H, W), [0, 1], in the clip's next image (3, H, W), and moves on to it."""

    @property
    def memory(self) -> Mapping[str, Tensor]:
        """What it needs to continue from here, besides the images of the clip; of bounded size."""

    def recall(self, memory: Mapping[str, Tensor], frames: int, image: Tensor) -> None:
        """Continues where another one that began alike was.

        Args:
            memory: What that one remembers.
            frames: How many images it had followed the thing through, the first one not counted.
            image: The last of them (3, H, W).

        Raises:
            ModelError: It is not the memory of one like this.
        """


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

    @property
    def memory(self) -> Mapping[str, Tensor]:
        """The mask and the motion since the beginning."""
        return {"mask": self._track.mask, "motion": self._track.start_from_here}

    def recall(self, memory: Mapping[str, Tensor], frames: int, image: Tensor) -> None:
        """Continues where another one that began alike was; see `Following`."""
        begun, mask, motion = self._track, memory.get("mask"), memory.get("motion")
        if mask is None or motion is None or mask.shape != begun.mask.shape or motion.shape != (3, 3):
            raise ModelError(
                "mask.tracker: the film's state is not one of this tracker; render the film anew"
            )
        mask, motion = mask.cpu().to(torch.float32), motion.cpu().to(torch.float64)
        self._track = Track(image, mask, begun.start_image, begun.start_mask, motion)


@dataclass(frozen=True, eq=False)
class TrackerMemory:
    """What a tracked mask needs to continue from a frame.

    Attributes:
        frame: The frame up to which the thing was followed.
        tensors: What that which follows it remembers.
    """

    frame: int
    tensors: Mapping[str, Tensor]


class TrackedMask:
    """A mask of the first frame, followed through the clip; see `animator.masks.sources.MaskSource`.

    The mask of a frame depends on the clip alone. A film is resumed from what was remembered, to the same
    bits; where an earlier frame is asked for, the thing is followed from the beginning again.
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
            tracker: Follows it; gets images on the CPU, so that optical flow has the same bits everywhere.
            first: The first frame; before it the mask is empty.
        """
        self._clip = clip
        self._begin = begin
        self._tracker = tracker
        self._first = first
        self._at = -1
        self._following: Following | None = None
        self._recalled: TrackerMemory | None = None
        self._masks: LRUCache[int, Tensor] = LRUCache(MASKS_KEPT)

    def __call__(self, frame: int, image: Tensor) -> Tensor:
        """Returns the mask (H, W) of a frame, on the device of the image."""
        if frame < self._first:
            return torch.zeros_like(image[0])
        return self._masks.get(frame, lambda: self._followed(frame)).to(image.device)

    @property
    def memory(self) -> TrackerMemory | None:
        """What is needed to continue from here; None where nothing was followed yet."""
        if self._following is None:
            return self._recalled
        return TrackerMemory(self._at, self._following.memory)

    def recall(self, memory: TrackerMemory | None) -> None:
        """Continues from what was remembered, as soon as a mask is asked for."""
        self._recalled = memory

    def _followed(self, frame: int) -> Tensor:
        """Returns the mask of a frame that is not kept any more, or not known yet."""
        following = self._following
        if following is None or frame <= self._at:
            start = self._clip(self._first)
            mask = self._begin(start).cpu()
            following, self._at = self._tracker(start.cpu(), mask), self._first
            self._following = following
            if self._recalled is not None and self._first < self._recalled.frame < frame:
                self._at = self._recalled.frame
                following.recall(self._recalled.tensors, self._at - self._first, self._clip(self._at).cpu())
        for number in range(self._at + 1, frame + 1):
            mask = following.next(self._clip(number).cpu())
            self._masks.get(number, mask.clone)
            self._at = number
        return mask
