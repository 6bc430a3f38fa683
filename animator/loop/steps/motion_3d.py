"""Motion in space: rotation and translation, every pixel at its distance."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor

from animator.images.camera import Camera, Move3D, Rigid, rigid
from animator.images.composed import then
from animator.images.depth_map import pinhole_distance
from animator.images.inpaint import extend_background
from animator.images.noise import uniform_noise
from animator.images.pinhole import pinhole_view
from animator.images.resample import Border, Sampling, sample
from animator.images.warp2d import edge_on, inverse, matrix_grid
from animator.images.warp3d import projection_grid, warp3d
from animator.loop.pipeline import Motion
from animator.loop.steps.depth_source import DepthSource
from animator.loop.steps.motion_2d import Warp2D
from animator.timeline.plan import Plan
from schedules.seeds import derive


@dataclass(frozen=True)
class DeforumWarp:
    """The reference's projection: every point shifted by its change of place.

    Attributes:
        scene: Tells the depth; None is one plane.
        border: What comes in from outside.
        sampling: How pixels are read between pixels.
    """

    scene: DepthSource | None
    border: Border
    sampling: Sampling

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> Tensor | None:
        """The image's depth (H, W), or None for a plane."""
        return None if self.scene is None else self.scene.estimate_depth(image, plan, last)

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """The image (3, H, W) after the motions of all plans, sampled once, with the last plan's lens."""
        return warp3d(
            image, self.distances(depth), combined(plans), lens(plans[-1]), self.border, self.sampling
        )

    def distances(self, depth: Tensor | None) -> Tensor | None:
        """Distances (H, W) of what a look said; None is one plane."""
        return None if self.scene is None or depth is None else 2.0 - self.scene.scaling.normalize(depth)


@dataclass(frozen=True)
class FlippedWarp:
    """A flip of the image plane, then the warp, as one: the image is read once.

    Attributes:
        flip: Turns the image plane.
        motion: Moves what the flip shows.
    """

    flip: Warp2D
    motion: DeforumWarp

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> Tensor | None:
        """The image's depth (H, W), or None for a plane."""
        return self.motion.estimate_depth(image, plan, last)

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """The image (3, H, W) after the flips and then the motions of all plans, sampled once."""
        height, width = image.shape[-2:]
        flips = self.flip.flips(plans, width, height)
        if edge_on(flips):
            return torch.zeros_like(image)
        z = self.motion.distances(depth)
        if z is None:
            z = torch.ones((height, width), device=image.device)
        flipped = matrix_grid(inverse(flips), width, height, image.device)
        grid = then(flipped, projection_grid(z, combined(plans), lens(plans[-1])))
        return sample(image, grid, self.motion.border, self.motion.sampling).clamp_(0.0, 1.0)


@dataclass(frozen=True)
class FlippedThenWarp:
    """A flip of the image plane, then a warp, each reading its image: the reference's way.

    Attributes:
        flip: Turns the image plane.
        motion: Moves the flipped image.
    """

    flip: Warp2D
    motion: Motion

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> Tensor | None:
        """The image's depth (H, W), or None for a plane."""
        return self.motion.estimate_depth(image, plan, last)

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """The image (3, H, W) after the flips of all plans and then their motions."""
        for plan in plans:
            image = self.flip.flipped(image, plan)
        return self.motion.warp(image, plans, depth)


@dataclass(frozen=True)
class PinholeWarp:
    """A true camera that knows what it reveals.

    Attributes:
        scene: Tells the depth; None is one plane.
        sampling: How pixels are read between pixels.
        noise: Share of noise over what comes into view, for the diffusion to draw on; 0 leaves the
            background that is extended over it.
    """

    scene: DepthSource | None
    sampling: Sampling
    noise: float

    def estimate_depth(self, image: Tensor, plan: Plan, last: Tensor | None) -> Tensor | None:
        """The image's depth (H, W), or None for a plane."""
        return None if self.scene is None else self.scene.estimate_depth(image, plan, last)

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """The image (3, H, W) seen after the motions of all plans, gaps filled."""
        camera = lens(plans[-1])
        if self.scene is None or depth is None:
            z = torch.full(image.shape[-2:], camera.range_z[0], device=image.device)
        else:
            z = pinhole_distance(self.scene.scaling.normalize(depth), camera)
        view = pinhole_view(image, z, combined(plans), camera, self.sampling)
        filled = extend_background(view.image, view.z, view.revealed)
        generator = torch.Generator().manual_seed(derive(plans[-1].seed, plans[-1].frame, "revealed"))
        return uniform_noise(filled, self.noise, generator, view.revealed)


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
