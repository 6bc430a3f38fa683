"""`Lut`: a step that gives the image the colors of a LUT file."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from animator.core.confinement import named_path
from animator.settings.fields import RangedSchedule
from animator.settings.paths import InputFile
from animator.settings.step import Place

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from animator.images.lut import Lut as OpenLut
    from animator.loop.state import State
    from animator.timeline.plan import Plan


@dataclass(frozen=True)
class Lut:
    """Gives the image the colors of a LUT file."""

    place: ClassVar[Place] = "output"

    file: InputFile
    """Path of a LUT file of the format .cube: curves (1D) of up to 65536 values, a lattice (3D) of up to 65
    on each side, or both."""
    amount: Annotated[float, RangedSchedule(0.0, 1.0)] = 1
    """Share of the new colors; 0 leaves the image as it is."""
    interpolation: Literal["tetrahedral", "trilinear"] = "tetrahedral"
    """Between the colors of a lattice: tetrahedral makes grays of the lattice's grays alone, trilinear of the
    eight colors around."""

    def apply(self, image: "Tensor", plan: "Plan", state: "State") -> "Tensor":
        """Returns the image (3, H, W) in the LUT's colors.

        Raises:
            CubeError: The file cannot be read, or is not a LUT file.
        """
        from animator.images.lut import tetrahedral, trilinear  # here: checking a preset loads no torch

        if self.amount == 0.0:
            return image
        between = tetrahedral if self.interpolation == "tetrahedral" else trilinear
        return image.lerp(_opened(self.file, image.device).apply(image, between), self.amount)


def _opened(name: str, device: "torch.device") -> "OpenLut":
    """Returns the LUT of a file, which is read anew only if it has changed."""
    from animator.images.cube import CubeError

    path = named_path(name)
    try:
        found = path.stat()
    except OSError as error:
        raise CubeError(f"{path}: cannot be read: {error.strerror or error}") from error
    return _read(name, found.st_mtime_ns, found.st_size, device)


@lru_cache(maxsize=4)
def _read(name: str, changed_ns: int, size: int, device: "torch.device") -> "OpenLut":
    from animator.images.cube import read_cube
    from animator.images.lut import Lut as OpenLut

    return OpenLut.of(read_cube(named_path(name)), device)
