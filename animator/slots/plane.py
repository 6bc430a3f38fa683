"""Motion in the picture plane: angle, zoom, translation, perspective flip."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from animator.plan import Plan
from animator.stages.resample import Border, Sampling
from animator.stages.warp2d import Flip, Matrix, Move2D, matrix2d, warp_by_matrix


@dataclass(frozen=True)
class Still:
    """No motion at all."""

    def look(self, picture: Tensor, plan: Plan, last: Tensor | None) -> None:
        """None: depth plays no part."""

    def move(self, picture: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """The picture itself."""
        return picture


@dataclass(frozen=True)
class Warp2D:
    """Angle, zoom, translation and perspective flip in the picture plane.

    Attributes:
        border: What comes in from outside.
        sampling: How pixels are read between pixels.
        flips: True where the film turns the picture plane in space.
    """

    border: Border
    sampling: Sampling
    flips: bool

    def look(self, picture: Tensor, plan: Plan, last: Tensor | None) -> None:
        """None: depth plays no part."""

    def move(self, picture: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """The picture (3, H, W) after the moves of all plans, sampled once through their product."""
        height, width = picture.shape[-2:]
        dst_from_src: Matrix = np.eye(3)
        for plan in plans:
            dst_from_src = matrix2d(self._move(plan), width, height) @ dst_from_src
        return warp_by_matrix(picture, dst_from_src, self.border, self.sampling)

    def _move(self, plan: Plan) -> Move2D:
        settings = plan.motion
        return Move2D(
            angle_deg=settings.angle,
            zoom=settings.zoom,
            shift_px=(settings.translation_x, settings.translation_y),
            center=(settings.transform_center_x, settings.transform_center_y),
            flip=self._flip(plan) if self.flips else None,
        )

    def _flip(self, plan: Plan) -> Flip:
        settings = plan.motion
        return Flip(
            settings.perspective_flip_theta,
            settings.perspective_flip_phi,
            settings.perspective_flip_gamma,
            settings.perspective_flip_fv,
        )
