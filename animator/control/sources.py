"""Where control pictures come from: an image, a folder of images or a film, by the number of the frame."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from animator.config.controlnet import ControlUnit
from animator.config.video import Video
from animator.control.modules import fitted
from animator.errors import UserError
from animator.image import from_bytes, read_picture
from animator.video.facts import is_picture
from animator.video.opening import Shown, open_clip


class Pictures(Protocol):
    """Pictures by the number of the frame: the same picture, whatever was asked for before."""

    def at(self, frame: int) -> Tensor:
        """The picture (3, H, W) of a frame, of the film's size.

        Raises:
            UserError: The source has none for it.
        """


@dataclass(frozen=True, eq=False)
class Still:
    """One image (3, H, W) for every frame."""

    picture: Tensor

    def at(self, frame: int) -> Tensor:
        """The image."""
        return self.picture


@dataclass(frozen=True, eq=False)
class Moving:
    """A folder's or a film's pictures, one per frame.

    Attributes:
        shown: The clip.
        device: Where pictures go.
    """

    shown: Shown
    device: torch.device

    def at(self, frame: int) -> Tensor:
        """The clip's picture of a frame.

        Raises:
            UserError: The clip is too short.
        """
        numbering = self.shown.numbering
        have = len(numbering.pictures)
        if frame >= have and (numbering.after_end == "error" or not have):
            raise UserError(
                f"frame {frame}: {numbering.clip}: has {have} pictures that count, so none for it; set the "
                "unit's after_end to hold or loop, or let its weight be 0 by then"
            )
        return from_bytes(self.shown.at(frame), self.device)


def open_pictures(unit: ControlUnit, size: tuple[int, int], device: torch.device) -> Pictures:
    """The pictures of a unit whose source is a path.

    Args:
        unit: The settings.
        size: Width and height of the film.
        device: Where pictures go.

    Raises:
        UserError: There is no such file, it is no film, or a folder without images.
    """
    path = Path(unit.source).expanduser()
    if is_picture(path):
        return Still(fitted(read_picture(str(path), None, device), size, unit.resize_mode))
    clip = Video(
        path=unit.source,
        extract_from_frame=unit.extract_from_frame,
        extract_nth_frame=unit.extract_nth_frame,
        after_end=unit.after_end,
        fit=unit.resize_mode,
    )
    return Moving(open_clip(clip, size, fps=1.0), device)  # the rate plays no part: picture by picture
