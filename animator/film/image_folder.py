"""A folder of pictures as a clip."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from animator.film.clip import Fit
from animator.images.image import Image8, read_picture, to_uint8


@dataclass(frozen=True)
class Folder:
    """The pictures of a folder in their natural order: 2 before 10.

    Attributes:
        files: The pictures.
        size: Width and height that they are scaled to.
        fit: How pictures of another shape come to the size; see `Clip`.
    """

    files: tuple[Path, ...]
    size: tuple[int, int]
    fit: Fit = "stretch"

    def at(self, index: int) -> Image8:
        """The index-th picture, uint8 RGB (H, W, 3), upright.

        Raises:
            UserError: The file is no picture.
        """
        picture = Image.fromarray(to_uint8(read_picture(str(self.files[index]), None)))
        lanczos = Image.Resampling.LANCZOS
        if self.fit == "crop":
            picture = ImageOps.fit(picture, self.size, lanczos)
        elif self.fit == "pad":
            picture = ImageOps.pad(picture, self.size, lanczos)
        elif picture.size != self.size:
            picture = picture.resize(self.size, lanczos)
        return np.asarray(picture)
