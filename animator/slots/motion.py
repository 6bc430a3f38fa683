"""Motions: how a picture moves from one frame to the next."""

from dataclasses import dataclass

from torch import Tensor

from animator.plan import Plan
from animator.stages.warp2d import Border, Move2D, warp2d


@dataclass(frozen=True)
class Warp2D:
    """Angle, zoom and translation in the picture plane."""

    border: Border

    def move(self, picture: Tensor, plan: Plan) -> Tensor:
        """The picture (3, H, W) turned, zoomed and shifted as the plan says."""
        settings = plan.motion
        move = Move2D(
            angle_deg=settings.angle,
            zoom=settings.zoom,
            shift_px=(settings.translation_x, settings.translation_y),
            center=(settings.transform_center_x, settings.transform_center_y),
        )
        return warp2d(picture, move, self.border)
