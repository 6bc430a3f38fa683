"""Solids for ray casting: planes, spheres and boxes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
FAR = np.float32(1e6)


@dataclass(frozen=True)
class Plane:
    """All points x with normal . x = offset; the normal faces the camera's side."""

    normal: Array
    offset: float

    def hit(self, origin: Array, rays: Array) -> tuple[Array, Array]:
        """Returns distances (N,) along the rays, FAR where missed, and normals (N, 3)."""
        slope = rays @ self.normal
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (self.offset - origin @ self.normal) / slope
        return np.where((slope < 0) & (t > 0), t, FAR).astype(np.float32), np.broadcast_to(
            self.normal, rays.shape
        )


@dataclass(frozen=True)
class Sphere:
    """A sphere."""

    center: Array
    radius: float

    @property
    def bounding_radius(self) -> float:
        """Radius of a sphere around the center that contains the solid."""
        return self.radius

    def hit(self, origin: Array, rays: Array) -> tuple[Array, Array]:
        """Returns distances (N,) along the rays, FAR where missed, and outward normals (N, 3)."""
        to_center = self.center - origin
        along = rays @ to_center
        gap = self.radius**2 - (to_center @ to_center - along**2)
        t = along - np.sqrt(np.maximum(gap, 0.0))
        t = np.where((gap > 0) & (t > 0), t, FAR).astype(np.float32)
        return t, (origin + t[:, None] * rays - self.center) / np.float32(self.radius)


@dataclass(frozen=True)
class Box:
    """A box rotated about the vertical axis.

    Attributes:
        center: Center (3,).
        half: Half of its extent (3,).
        yaw: Rotation in radians.
    """

    center: Array
    half: Array
    yaw: float

    @property
    def bounding_radius(self) -> float:
        """Approximate radius of a sphere around the center that contains the box."""
        return 0.6 * float(np.linalg.norm(self.half))

    def hit(self, origin: Array, rays: Array) -> tuple[Array, Array]:
        """Returns distances (N,) along the rays, FAR where missed, and outward normals (N, 3)."""
        turn = turn_y(self.yaw)
        start, directions = (origin - self.center) @ turn, rays @ turn
        safe = np.where(np.abs(directions) < 1e-6, np.float32(1e-6), directions)
        first, last = (-self.half - start) / safe, (self.half - start) / safe
        near, far = np.minimum(first, last), np.maximum(first, last)
        axis = near.argmax(1)
        t = near.max(1)
        hit = (t < far.min(1)) & (t > 0)
        normal = -np.sign(np.take_along_axis(safe, axis[:, None], 1)) * np.eye(3, dtype=np.float32)[axis]
        return np.where(hit, t, FAR).astype(np.float32), normal @ turn.T


Solid = Plane | Sphere | Box


def cast(origin: Array, rays: Array, solids: Sequence[Solid]) -> tuple[Array, Array, NDArray[np.int64]]:
    """Returns distance (N,), normal (N, 3) and index (N,) of the first solid that each ray hits, else -1."""
    best = np.full(len(rays), FAR, np.float32)
    normal = np.zeros_like(rays)
    which = np.full(len(rays), -1)
    for number, solid in enumerate(solids):
        t, n = solid.hit(origin, rays)
        nearer = t < best
        best = np.where(nearer, t, best)
        normal = np.where(nearer[:, None], n, normal)
        which = np.where(nearer, number, which)
    return best, normal, which


def turn_y(angle: float) -> Array:
    """Returns the rotation matrix (3, 3) of an angle in radians about the vertical axis."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], np.float32)
