"""A folder of images as a clip."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from animator.film.clip import Fit
from animator.images.image import Image8, read_image, to_uint8


@dataclass(frozen=True)
class Folder:
    """The images of a folder in natural order: 2 before 10.

    Attributes:
        files: The image files.
        size: Width and height that images are resized to.
        fit: Resize mode for images of another aspect ratio; see `Clip`.
    """

    files: tuple[Path, ...]
    size: tuple[int, int]
    fit: Fit = "stretch"

    def at(self, index: int) -> Image8:
        """Returns the index-th image, uint8 RGB (H, W, 3), upright.

        Raises:
            UserError: The file is not an image.
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

    def resized(self, size: tuple[int, int]) -> "Folder":
        """Returns the same images at another width and height."""
        return replace(self, size=size)
