"""3D motion: rotation and translation in space, every pixel at its distance."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import prod

import torch
from torch import Tensor

from animator.images.camera import Camera, Move3D, Rigid, rigid
from animator.images.composed import compose_grids
from animator.images.depth_map import pinhole_distance
from animator.images.inpaint import extend_background
from animator.images.noise import uniform_noise
from animator.images.pinhole import View, pinhole_view
from animator.images.resample import Border, Sampling, sample_colors
from animator.images.warp2d import inverse, is_singular, matrix_grid
from animator.images.warp3d import projection_grid, warp3d
from animator.loop.kept_warp import FilmMotion
from animator.loop.steps.depth_source import DepthSource
from animator.loop.steps.motion_2d import Warp2D
from animator.timeline.plan import Plan
from schedules.seeds import derive


@dataclass(frozen=True)
class _WithDepth:
    """A motion by the depth of its source.

    Attributes:
        depth_source: Estimates the depth; None warps the image as one plane.
    """

    depth_source: DepthSource | None

    def estimate_depth(
        self, image: Tensor, plan: Plan, last: Tensor | None, past: Tensor | None = None
    ) -> Tensor | None:
        """Returns the image's depth (H, W), or None for a plane."""
        source = self.depth_source
        return None if source is None else source.estimate_depth(image, plan, last, past)

    def past_with(self, past: Tensor | None, image: Tensor) -> Tensor | None:
        """Returns the past of the next image; None for a network without."""
        return None if self.depth_source is None else self.depth_source.past_with(past, image)


@dataclass(frozen=True)
class _AfterFlip:
    """A perspective flip before another motion, whose depth it has.

    Attributes:
        flip: Applied first.
        motion: Warps the flipped image.
    """

    flip: Warp2D
    motion: FilmMotion

    def estimate_depth(
        self, image: Tensor, plan: Plan, last: Tensor | None, past: Tensor | None = None
    ) -> Tensor | None:
        """Returns the image's depth (H, W), or None for a plane."""
        return self.motion.estimate_depth(image, plan, last, past)

    def past_with(self, past: Tensor | None, image: Tensor) -> Tensor | None:
        """Returns the past of the next image; None for a network without."""
        return self.motion.past_with(past, image)


@dataclass(frozen=True)
class DeforumWarp(_WithDepth):
    """Deforum's 3D warp: shifts every pixel by the change of its projected point.

    Attributes:
        border: What is sampled outside the image.
        sampling: Interpolation between pixels.
    """

    border: Border
    sampling: Sampling

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """Returns the image (3, H, W) after the moves of all plans, resampled once, with the last camera."""
        z, camera = self.distances(depth), camera_of(plans)
        return warp3d(image, z, total_motion(plans), camera, self.border, self.sampling)

    def distances(self, depth: Tensor | None) -> Tensor | None:
        """Returns the distances (H, W) of a depth estimate; None is one plane."""
        return (
            None
            if self.depth_source is None or depth is None
            else 2.0 - self.depth_source.scaling.normalize(depth)
        )


@dataclass(frozen=True)
class FlippedWarp(_AfterFlip):
    """A perspective flip and a 3D warp in one resampling."""

    motion: DeforumWarp

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """Returns the image (3, H, W) after the flips, then the moves of all plans, resampled once."""
        height, width = image.shape[-2:]
        combined_flip = self.flip.combined_flip(plans, width, height)
        if is_singular(combined_flip):
            return torch.zeros_like(image)
        z = self.motion.distances(depth)
        if z is None:
            z = torch.ones((height, width), device=image.device)
        flipped = matrix_grid(inverse(combined_flip), width, height, image.device)
        grid = compose_grids(flipped, projection_grid(z, total_motion(plans), camera_of(plans)))
        return sample_colors(image, grid, self.motion.border, self.motion.sampling)


@dataclass(frozen=True)
class FlippedThenWarp(_AfterFlip):
    """A perspective flip, then a warp, each with its own resampling, as Deforum does."""

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """Returns the image (3, H, W) after the flips of all plans, then their moves."""
        for plan in plans:
            image = self.flip.flip_image(image, plan)
        return self.motion.warp(image, plans, depth)


@dataclass(frozen=True)
class PinholeWarp(_WithDepth):
    """3D warp with a pinhole camera, which handles occlusion and inpaints what comes into view.

    Attributes:
        sampling: Interpolation between pixels.
        noise: Amount of noise, 0 to 1, over what comes into view, for the diffusion to build on; 0 leaves
            the extended background.
    """

    sampling: Sampling
    noise: float

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """Returns the image (3, H, W) after the moves of all plans, gaps filled."""
        view = self.view(image, plans, depth)
        filled = extend_background(view.image, view.z, view.revealed)
        generator = torch.Generator().manual_seed(derive(plans[-1].seed, plans[-1].frame, "revealed"))
        return uniform_noise(filled, self.noise, generator, view.revealed)

    def view(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> View:
        """Returns the image (3, H, W) after the moves of all plans, and what comes into view."""
        camera = camera_of(plans)
        if self.depth_source is None or depth is None:
            z = torch.full(image.shape[-2:], camera.range_z[0], device=image.device)
        else:
            z = pinhole_distance(self.depth_source.scaling.normalize(depth), camera)
        return pinhole_view(image, z, total_motion(plans), camera, self.sampling)


@dataclass(frozen=True)
class BlackPinholeWarp(PinholeWarp):
    """A pinhole camera that leaves black what comes into view; its noise is not used."""

    def warp(self, image: Tensor, plans: Sequence[Plan], depth: Tensor | None) -> Tensor:
        """Returns the image (3, H, W) after the moves of all plans."""
        view = self.view(image, plans, depth)
        return view.image * (1.0 - view.revealed)


def total_motion(plans: Sequence[Plan]) -> Rigid:
    """Returns the moves of all plans, in order, as one rigid motion."""
    return reduce(Rigid.then, (rigid(camera_move(plan)) for plan in plans))


def camera_move(plan: Plan) -> Move3D:
    """Returns the camera move of one plan."""
    settings = plan.motion
    return Move3D(
        (settings.translation_x, settings.translation_y, settings.translation_z),
        (settings.rotation_3d_x, settings.rotation_3d_y, settings.rotation_3d_z),
    )


def camera_of(plans: Sequence[Plan]) -> Camera:
    """Returns the camera of the last plan, which magnifies as all plans do, one after the other."""
    settings = plans[-1].camera
    magnification = prod(plan.camera.magnification for plan in plans)
    return Camera(settings.fov, settings.near, settings.far, settings.aspect_ratio, magnification)
