"""Cameras, rigid motions and rotations, as plain numbers on the CPU.

Axes are those of the image: x to the right, y down, z away from the viewer. Points are row vectors:
moved = point @ rotation + translation.
"""

from dataclasses import dataclass
from math import copysign, cos, radians, sin, tan

import numpy as np
from numpy.typing import NDArray

from animator.errors import UserError

Matrix = NDArray[np.float64]
Triple = tuple[float, float, float]

UNITS = 200.0
"""Units of Deforum's 3D shifts, `near` and `far` per unit of the scene."""


@dataclass(frozen=True)
class Camera:
    """The camera's projection.

    Attributes:
        fov_deg: Field of view over the image's height, degrees; negative mirrors every motion. Magnitudes
            below 0.001 count as 0.001, so that a schedule may pass through 0.
        near: Distance of the nearest point in Deforum's units; affects the pinhole projection only.
        far: Distance of the farthest point, likewise.
        aspect_ratio: Width of a pixel over its height, not 0; above 1 horizontal motion is smaller.
        magnification: Factor by which its lens magnifies the image that is moved, above 0.
    """

    fov_deg: float = 70.0
    near: float = 200.0
    far: float = 10000.0
    aspect_ratio: float = 1.0
    magnification: float = 1.0

    def __post_init__(self) -> None:
        if self.aspect_ratio == 0.0:
            raise UserError("camera.aspect_ratio is 0: expected a ratio such as 1")

    @property
    def range_z(self) -> tuple[float, float]:
        """The distances (nearest, farthest) in the scene's unit.

        Raises:
            UserError: Not 0 < near < far.
        """
        if not 0.0 < self.near < self.far:
            raise UserError(f"camera.near is {self.near}, camera.far {self.far}: expected 0 < near < far")
        return self.near / UNITS, self.far / UNITS

    @property
    def focal(self) -> float:
        """Focal length in halves of the image's height; its sign is that of `fov_deg`."""
        fov = copysign(max(abs(self.fov_deg), 1e-3), self.fov_deg)
        return 1.0 / tan(radians(fov) / 2.0)


@dataclass(frozen=True)
class Move3D:
    """One frame of 3D motion, in the units of Deforum's settings.

    Attributes:
        translation: Shift of the camera (right, up, forward) in 1/200 of the scene's unit.
        rotation_deg: Rotation of the scene about x, y and z, degrees.
    """

    translation: Triple = (0.0, 0.0, 0.0)
    rotation_deg: Triple = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Rigid:
    """A rigid motion of all points: moved = point @ rotation + translation.

    Attributes:
        rotation: Three rows of three numbers.
        translation: In the scene's unit.
    """

    rotation: tuple[Triple, Triple, Triple]
    translation: Triple

    def then(self, later: "Rigid") -> "Rigid":
        """Returns this motion followed by a later one, as one motion."""
        turn = np.array(later.rotation)
        shift = np.array(self.translation) @ turn + np.array(later.translation)
        return Rigid(_rows(np.array(self.rotation) @ turn), _triple(shift))

    def inverse(self) -> "Rigid":
        """Returns the inverse motion."""
        back = np.array(self.rotation).T
        return Rigid(_rows(back), _triple(-np.array(self.translation) @ back))


STILL = Rigid(((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)), (0.0, 0.0, 0.0))
"""No motion."""


def rigid(move: Move3D) -> Rigid:
    """Returns the motion of the scene's points for a camera move: Rx @ Ry @ Rz, then the shift."""
    x, y, z = move.rotation_deg
    right, up, forward = move.translation
    rotation = rotation_x(x) @ rotation_y(y) @ rotation_z(z)
    return Rigid(_rows(rotation), (-right / UNITS, up / UNITS, -forward / UNITS))


def rotation_x(angle_deg: float) -> Matrix:
    """Returns rotation about the x axis, float64 (3, 3)."""
    c, s = cos(radians(angle_deg)), sin(radians(angle_deg))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]], dtype=np.float64)


def rotation_y(angle_deg: float) -> Matrix:
    """Returns rotation about the y axis, float64 (3, 3)."""
    c, s = cos(radians(angle_deg)), sin(radians(angle_deg))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], dtype=np.float64)


def rotation_z(angle_deg: float) -> Matrix:
    """Returns rotation about the z axis, float64 (3, 3)."""
    c, s = cos(radians(angle_deg)), sin(radians(angle_deg))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]], dtype=np.float64)


def _rows(matrix: Matrix) -> tuple[Triple, Triple, Triple]:
    first, second, third = (_triple(row) for row in matrix)
    return first, second, third


def _triple(row: Matrix) -> Triple:
    x, y, z = (float(value) for value in row)
    return x, y, z
