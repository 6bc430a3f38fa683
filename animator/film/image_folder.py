"""A folder of images as a clip."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from animator.film.clip import Fit
from animator.images.image import Image8, read_image, to_uint8


@dataclass(frozen=True)
class Folder:
    """The images of a folder in their natural order: 2 before 10.

    Attributes:
        files: The images.
        size: Width and height that they are scaled to.
        fit: How images of another shape come to the size; see `Clip`.
    """

    files: tuple[Path, ...]
    size: tuple[int, int]
    fit: Fit = "stretch"

    def at(self, index: int) -> Image8:
        """The index-th image, uint8 RGB (H, W, 3), upright.

        Raises:
            UserError: The file is no image.
        """
        image = Image.fromarray(to_uint8(read_image(str(self.files[index]), None)))
        lanczos = Image.Resampling.LANCZOS
        if self.fit == "crop":
            image = ImageOps.fit(image, self.size, lanczos)
        elif self.fit == "pad":
            image = ImageOps.pad(image, self.size, lanczos)
        elif image.size != self.size:
            image = image.resize(self.size, lanczos)
        return np.asarray(image)
