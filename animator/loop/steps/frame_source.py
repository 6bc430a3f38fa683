"""`FrameSource`: images from outside the film, by frame number."""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from animator.film.open_clip import ClipView
from animator.images.image import from_uint8


class FrameSource(Protocol):
    """Gives an image for every frame of the film."""

    def at(self, frame: int) -> Tensor:
        """Returns the image (3, H, W) for a frame."""
        ...


@dataclass(frozen=True, eq=False)
class ClipFrames:
    """The images of a clip.

    Attributes:
        clip: The clip.
        device: Where images live.
    """

    clip: ClipView
    device: torch.device

    def at(self, frame: int) -> Tensor:
        """Returns the image (3, H, W) for a frame.

        Raises:
            UserError: The clip is too short.
            VideoError: The clip is damaged.
        """
        return from_uint8(self.clip.at(frame), self.device)


@dataclass(frozen=True, eq=False)
class StillImage:
    """One image for every frame.

    Attributes:
        image: (3, H, W).
    """

    image: Tensor

    def at(self, frame: int) -> Tensor:
        """Returns the image (3, H, W)."""
        return self.image
