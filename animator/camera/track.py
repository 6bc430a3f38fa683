"""`CameraTrack`: where a camera is at every frame, which way it looks, and through which lens."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_FPS, _SIZE = 24.0, (512, 512)
"""What files get that must say it, where a track does not."""


@dataclass(frozen=True, eq=False)
class CameraTrack:
    """The camera of a film, frame by frame; axes and origin are those of `animator.camera.pose`.

    Attributes:
        positions: (frames, 3), in the scene's unit.
        rotations: (frames, 3, 3), `world_from_camera`.
        fov_deg: (frames,), the field of view over the image's height, in degrees, above 0 and below 180.
        fps: Frames per second; None where a file does not say.
        size: Width and height in pixels; None where a file does not say.
        fov_zooms: True if a change of the field of view magnifies the image; None where a file does not say.
    """

    positions: Array
    rotations: Array
    fov_deg: Array
    fps: float | None = None
    size: tuple[int, int] | None = None
    fov_zooms: bool | None = None

    @property
    def written_fps(self) -> float:
        """Frames per second for a file that must say them."""
        return _FPS if self.fps is None else self.fps

    @property
    def written_size(self) -> tuple[int, int]:
        """Width and height in pixels for a file that must say them."""
        return self.size or _SIZE

    @property
    def first_wrong_fov(self) -> int | None:
        """The first frame whose field of view no camera has; None if all are right."""
        wrong = ~((self.fov_deg > 0) & (self.fov_deg < 180))
        return int(np.argmax(wrong)) if wrong.any() else None

    def __len__(self) -> int:
        return len(self.positions)
