"""Sources of a unit's images: an image, a folder of images or a video file, by frame number."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from animator.core.confinement import named_path
from animator.errors import UserError
from animator.film.clip import AfterEnd
from animator.film.clip_notes import log_conversions
from animator.film.frame_map import ClipRange, FrameMap
from animator.film.index import index_of
from animator.film.probe import images_in, is_folder, is_image
from animator.film.reader import Clip, ClipReader
from animator.images.image import from_uint8, read_image
from animator.loop.steps.frame_source import FrameSource, StillImage


@dataclass(frozen=True, eq=False)
class ImageSequence:
    """The images of a folder or a video file, one per frame.

    Attributes:
        images: Returns an image (3, h, w) by its number.
        frame_map: Frame -> number of its image.
    """

    images: Callable[[int], Tensor]
    frame_map: FrameMap

    def at(self, frame: int) -> Tensor:
        """Returns the image (3, h, w) of a frame.

        Raises:
            UserError: There are too few images.
        """
        count = len(self.frame_map.images)
        if frame >= count and (self.frame_map.after_end == "error" or not count):
            raise UserError(
                f"frame {frame}: {self.frame_map.clip}: has {count} images in range, so none for this "
                "frame; set the unit's after_end to hold or loop, or let its weight be 0 by then"
            )
        return self.images(self.frame_map.of(frame))


class Extract(Protocol):
    """Settings of a unit that say which images of a video or folder the frames get."""

    @property
    def extract_from_frame(self) -> int:
        """Image for the first frame."""

    @property
    def extract_nth_frame(self) -> int:
        """Step from one image to the next."""

    @property
    def after_end(self) -> AfterEnd:
        """What follows the last image."""


def open_images(name: str, unit: Extract, device: torch.device) -> FrameSource:
    """Opens the images of a unit; they keep their own size.

    Args:
        name: The path of an image, of a folder of images or of a video.
        unit: Which of the images the frames get.
        device: Where images go.

    Raises:
        UserError: The file does not exist, is not a video, or is a folder without images.
    """
    path = named_path(name)
    if is_image(path):
        return StillImage(read_image(str(path), None, device))
    span = ClipRange(unit.extract_from_frame, every=unit.extract_nth_frame)
    if is_folder(str(path)):
        files = images_in(path)
        numbers = FrameMap(span.of(len(files)), unit.after_end, str(path))
        return ImageSequence(lambda number: read_image(str(files[number]), None, device), numbers)
    index = index_of(str(path))
    log_conversions(path)
    reader = ClipReader(Clip(path, None, span.first, span.every), index)
    numbers = FrameMap(range(len(span.of(len(index)))), unit.after_end, str(path))
    return ImageSequence(lambda number: from_uint8(reader.at(number), device), numbers)
