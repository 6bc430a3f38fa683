"""2D motion: angle, zoom, translation and perspective flip in the image plane."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from torch import Tensor

from animator.images.camera import Matrix
from animator.images.resample import Border, Sampling
from animator.images.warp2d import Flip, Move2D, matrix2d, warp_by_matrix
from animator.timeline.plan import Plan


@dataclass(frozen=True)
class Still:
    """No motion."""

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> None:
        """Returns None; a still image needs no depth."""

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """Returns the image itself."""
        return image


@dataclass(frozen=True)
class Warp2D:
    """Angle, zoom, translation and perspective flip in the image plane.

    Attributes:
        border: What is sampled outside the image.
        sampling: Interpolation between pixels.
        flip: Matrix (3, 3) of a perspective flip; None if the film has none.
        step: Matrix (3, 3) of a frame's angle, zoom and translation.
    """

    border: Border
    sampling: Sampling
    flip: Callable[[Flip, int, int], Matrix] | None
    step: Callable[[Move2D, int, int], Matrix] = matrix2d

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> None:
        """Returns None; 2D motion needs no depth."""

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """Returns the image (3, H, W) after the moves of all plans, resampled once by their product."""
        height, width = image.shape[-2:]
        dst_from_src: Matrix = np.eye(3)
        for plan in plans:
            step = self.step(_move(plan), width, height)
            dst_from_src = self._flip(plan, width, height) @ step @ dst_from_src
        return warp_by_matrix(image, dst_from_src, self.border, self.sampling)

    def flip_image(self, image: Tensor, plan: Plan) -> Tensor:
        """Returns the image (3, H, W) with the plan's perspective flip alone."""
        height, width = image.shape[-2:]
        return warp_by_matrix(image, self._flip(plan, width, height), self.border, self.sampling)

    def combined_flip(self, plans: Sequence[Plan], width: int, height: int) -> Matrix:
        """Returns the product of all plans' perspective flips as `dst_from_src`, float64 (3, 3)."""
        return reduce(lambda total, plan: self._flip(plan, width, height) @ total, plans, np.eye(3))

    def _flip(self, plan: Plan, width: int, height: int) -> Matrix:
        if self.flip is None:
            return np.eye(3)
        settings = plan.motion
        angles = Flip(
            settings.perspective_flip_theta,
            settings.perspective_flip_phi,
            settings.perspective_flip_gamma,
            settings.perspective_flip_fv,
        )
        return self.flip(angles, width, height)


def neutral_flip(flip: Flip, width: int, height: int) -> Matrix:
    """Returns the flip as `dst_from_src` (3, 3); angles of 0 change nothing."""
    return matrix2d(Move2D(flip=flip), width, height)


def _move(plan: Plan) -> Move2D:
    settings = plan.motion
    return Move2D(
        angle_deg=settings.angle,
        zoom=settings.zoom,
        shift_px=(settings.translation_x, settings.translation_y),
        center=(settings.transform_center_x, settings.transform_center_y),
    )
