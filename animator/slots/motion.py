"""Motions: how a picture moves from one frame to the next."""

from dataclasses import dataclass

from torch import Tensor

from animator.camera import Camera, Move3D, rigid
from animator.depth.model import DepthModel
from animator.plan import Plan
from animator.stages.depthmap import DepthOrder, distance
from animator.stages.resample import Sampling
from animator.stages.warp2d import Border, Flip, Move2D, warp2d
from animator.stages.warp3d import warp3d


@dataclass(frozen=True)
class Still:
    """No motion at all."""

    def look(self, picture: Tensor, plan: Plan, last: Tensor | None) -> None:
        """None: depth plays no part."""

    def move(self, picture: Tensor, plan: Plan, depth: Tensor | None) -> Tensor:
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

    def move(self, picture: Tensor, plan: Plan, depth: Tensor | None) -> Tensor:
        """The picture (3, H, W) turned, zoomed and shifted as the plan says."""
        settings = plan.motion
        move = Move2D(
            angle_deg=settings.angle,
            zoom=settings.zoom,
            shift_px=(settings.translation_x, settings.translation_y),
            center=(settings.transform_center_x, settings.transform_center_y),
            flip=self._flip(plan),
        )
        return warp2d(picture, move, self.border, self.sampling)

    def _flip(self, plan: Plan) -> Flip | None:
        settings = plan.motion
        if not self.flips:
            return None
        return Flip(
            settings.perspective_flip_theta,
            settings.perspective_flip_phi,
            settings.perspective_flip_gamma,
            settings.perspective_flip_fv,
        )


@dataclass(frozen=True)
class Warp3D:
    """Rotation and translation in space, every pixel at the distance a depth network gives it.

    Attributes:
        model: Tells the depth; None is a plane.
        every: The depth is estimated at every so many frames.
        border: What comes in from outside.
        sampling: How pixels are read between pixels.
    """

    model: DepthModel | None
    every: int
    border: Border
    sampling: Sampling

    def look(self, picture: Tensor, plan: Plan, last: Tensor | None) -> Tensor | None:
        """The picture's depth (H, W), larger = nearer, or the last one between two estimates."""
        if self.model is None or (last is not None and plan.frame % self.every):
            return last
        return self.model.estimate(picture)

    def move(self, picture: Tensor, plan: Plan, depth: Tensor | None) -> Tensor:
        """The picture (3, H, W) as the moved camera sees it."""
        settings, lens = plan.motion, plan.camera
        motion = rigid(
            Move3D(
                (settings.translation_x, settings.translation_y, settings.translation_z),
                (settings.rotation_3d_x, settings.rotation_3d_y, settings.rotation_3d_z),
            )
        )
        camera = Camera(lens.fov, lens.near, lens.far, lens.aspect_ratio)
        z = distance(depth, DepthOrder.INVERSE)
        return warp3d(picture, z, motion, camera, self.border, self.sampling)
