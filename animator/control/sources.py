"""Where control pictures come from: an image, a folder of images or a film, by the number of the frame."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from animator.config.controlnet import ControlUnit
from animator.errors import UserError
from animator.image import from_bytes, read_picture
from animator.video.reader import Clip, ClipReader

IMAGES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")


class Pictures(Protocol):
    """Pictures by the number of the frame: the same picture, whatever was asked for before."""

    def at(self, frame: int) -> Tensor:
        """The picture (3, h, w) of a frame, of the source's own size.

        Raises:
            UserError: The source has none for it.
        """


@dataclass(frozen=True)
class Still:
    """One image for every frame."""

    path: Path
    device: torch.device

    def at(self, frame: int) -> Tensor:
        """The image (3, h, w)."""
        return read_picture(str(self.path), None, self.device)


@dataclass(frozen=True)
class Folder:
    """A folder of images, in the order of the numbers in their names.

    Attributes:
        path: The folder.
        files: Its images.
        start: The one that frame 0 sees.
        every: Every so many are taken.
        device: Where pictures go.
    """

    path: Path
    files: tuple[Path, ...]
    start: int
    every: int
    device: torch.device

    def at(self, frame: int) -> Tensor:
        """The image (3, h, w) of a frame.

        Raises:
            UserError: There are too few.
        """
        number = self.start + frame * self.every
        if number >= len(self.files):
            raise UserError(
                f"frame {frame}: {self.path}: has {len(self.files)} images, so none for it; take a shorter "
                "film, or let the unit's weight end at 0 before"
            )
        return read_picture(str(self.files[number]), None, self.device)


@dataclass(frozen=True, eq=False)
class Film:
    """A film's pictures, one per frame.

    Attributes:
        reader: The clip, in its own size.
        device: Where pictures go.
    """

    reader: ClipReader
    device: torch.device

    def at(self, frame: int) -> Tensor:
        """The film's picture (3, h, w) of a frame.

        Raises:
            UserError: The film is too short.
        """
        return from_bytes(self.reader.at(frame), self.device)


def open_pictures(unit: ControlUnit, device: torch.device) -> Pictures:
    """The pictures of a unit whose source is a path.

    Raises:
        UserError: There is no such file, or a folder without images.
    """
    path = Path(unit.source).expanduser()
    if path.is_dir():
        files = tuple(sorted(filter(_is_image, path.iterdir()), key=_order))
        if not files:
            raise UserError(f"{path}: holds no images; expected names that end in {', '.join(IMAGES)}")
        return Folder(path, files, unit.extract_from_frame, unit.extract_nth_frame, device)
    if not path.is_file():
        raise UserError(f"{path}: there is no such image, folder or film")
    if _is_image(path):
        return Still(path, device)
    return Film(ClipReader(Clip(path, None, unit.extract_from_frame, unit.extract_nth_frame)), device)


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in IMAGES


def _order(path: Path) -> tuple[list[tuple[int, str]], str]:
    """Numbers by their value, so that 10 comes after 9; everything else as text."""
    parts = re.findall(r"\d+|\D+", path.stem)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts], path.name
