"""Motion in space: rotation and translation, every pixel at its distance."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor

from animator.camera import Camera, Move3D, Rigid, rigid
from animator.plan import Plan
from animator.slots.plane import Warp2D
from animator.slots.scene import Scene
from animator.stages.depthmap import pinhole_distance
from animator.stages.fill import extend_background, noise_revealed
from animator.stages.pinhole import pinhole_view
from animator.stages.resample import Border, Sampling
from animator.stages.warp3d import warp3d
from schedules.seeds import derive


@dataclass(frozen=True)
class DeforumWarp:
    """The reference's projection: every point shifted by its change of place.

    Attributes:
        scene: Tells the depth; None is one plane.
        border: What comes in from outside.
        sampling: How pixels are read between pixels.
        flip: Turns the picture plane before the warp; None leaves that out.
    """

    scene: Scene | None
    border: Border
    sampling: Sampling
    flip: Warp2D | None = None

    def look(self, picture: Tensor, plan: Plan, last: Tensor | None) -> Tensor | None:
        """The picture's depth (H, W), or None for a plane."""
        return None if self.scene is None else self.scene.look(picture, plan, last)

    def move(self, picture: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """The picture (3, H, W) after the motions of all plans, sampled once, with the last plan's lens."""
        if self.flip is not None:
            for plan in plans:
                picture = self.flip.flipped(picture, plan)
        z = None if self.scene is None or depth is None else 2.0 - self.scene.share(depth)
        return warp3d(picture, z, combined(plans), lens(plans[-1]), self.border, self.sampling)


@dataclass(frozen=True)
class PinholeWarp:
    """A true camera that knows what it reveals.

    Attributes:
        scene: Tells the depth; None is one plane.
        sampling: How pixels are read between pixels.
        noise: Share of noise over what comes into view, for the diffusion to draw on; 0 leaves the
            background that is extended over it.
    """

    scene: Scene | None
    sampling: Sampling
    noise: float

    def look(self, picture: Tensor, plan: Plan, last: Tensor | None) -> Tensor | None:
        """The picture's depth (H, W), or None for a plane."""
        return None if self.scene is None else self.scene.look(picture, plan, last)

    def move(self, picture: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """The picture (3, H, W) seen after the motions of all plans, gaps filled."""
        camera = lens(plans[-1])
        if self.scene is None or depth is None:
            z = torch.full(picture.shape[-2:], camera.range_z[0], device=picture.device)
        else:
            z = pinhole_distance(self.scene.share(depth), camera)
        view = pinhole_view(picture, z, combined(plans), camera, self.sampling)
        filled = extend_background(view.picture, view.z, view.revealed)
        generator = torch.Generator().manual_seed(derive(plans[-1].seed, plans[-1].frame, "revealed"))
        return noise_revealed(filled, view.revealed, self.noise, generator)


def combined(plans: Sequence[Plan]) -> Rigid:
    """The motions of all plans, one after the other, as one."""
    return reduce(Rigid.then, (rigid(step(plan)) for plan in plans))


def step(plan: Plan) -> Move3D:
    """The motion of one plan."""
    settings = plan.motion
    return Move3D(
        (settings.translation_x, settings.translation_y, settings.translation_z),
        (settings.rotation_3d_x, settings.rotation_3d_y, settings.rotation_3d_z),
    )


def lens(plan: Plan) -> Camera:
    """The lens of one plan."""
    settings = plan.camera
    return Camera(settings.fov, settings.near, settings.far, settings.aspect_ratio)
