"""`motion_of`: the motion of a film; `reveal_of`: what becomes of the areas that come into view."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from animator.images.resample import Border, Sampling
from animator.loop.build.compat import behavior_of
from animator.loop.build.models import folders_of
from animator.loop.pipeline import Motion
from animator.loop.steps.clip_motion import ClipMotion
from animator.loop.steps.depth_source import DepthScaling, DepthSource, Normalized, Stabilized
from animator.loop.steps.motion_2d import Still, Warp2D
from animator.loop.steps.motion_3d import BlackPinholeWarp, DeforumWarp, FlippedThenWarp, PinholeWarp
from animator.loop.steps.reveal import Reveal
from animator.models.depth.model import DepthModel
from animator.models.depth.names import STARTER
from animator.models.depth.starter import StarterDepth
from animator.settings import Animation
from animator.settings.inputs import generates_revealed
from animator.settings.modes import mode_of

_PADDINGS = {"border": Border.REPLICATE, "reflection": Border.REFLECT, "zeros": Border.ZEROS}


@dataclass(frozen=True)
class _Resampling:
    """How the warps of a film resample.

    Attributes:
        border: Of the 2D warp and the perspective flip.
        sampling: Of the same.
        padding: Of the 3D warp.
        sampling_3d: Of the same.
        is_black: True if the pinhole camera leaves black what comes into view.
    """

    border: Border
    sampling: Sampling
    padding: Border
    sampling_3d: Sampling
    is_black: bool = False


_MASK_RESAMPLING = _Resampling(
    Border.ZEROS, Sampling.BILINEAR, Border.ZEROS, Sampling.BILINEAR, is_black=True
)


def motion_of(animation: Animation, model: Callable[[], DepthModel]) -> Motion:
    """Returns the motion of a film.

    Args:
        animation: The settings.
        model: Opens the depth network.
    """
    motion, camera = animation.motion, animation.camera
    border, padding = Border(motion.border), _PADDINGS[camera.padding]
    if generates_revealed(animation):  # what lies outside is filled later; it must not reach inside
        border = padding = Border.REPLICATE
    how = _Resampling(border, Sampling(motion.sampling), padding, Sampling(camera.sampling))
    return _motion(animation, model, how)


def reveal_of(
    animation: Animation, model: Callable[[], DepthModel], clip_motion: ClipMotion | None
) -> Reveal | None:
    """Returns what finds and fills the area that comes into view; None if the film's border fills it.

    Args:
        animation: The settings.
        model: Opens the depth network.
        clip_motion: The clip's motion, which images follow after the camera's.
    """
    if not generates_revealed(animation):
        return None
    fills_gaps = mode_of(animation).motion == "space" and animation.camera.projection == "pinhole"
    # Only the image itself tells how it is moved toward the clip's.
    clip = None if animation.hybrid.motion_use_prev_img else clip_motion
    return Reveal(_motion(animation, model, _MASK_RESAMPLING), fills_gaps, clip)


def _motion(animation: Animation, model: Callable[[], DepthModel], how: _Resampling) -> Motion:
    kind = mode_of(animation).motion
    if kind == "still":
        return Still()
    return _motion_2d(animation, how) if kind == "plane" else _motion_3d(animation, model, how)


def _motion_2d(animation: Animation, how: _Resampling) -> Warp2D:
    if not animation.motion.enable_perspective_flip:
        return Warp2D(how.border, how.sampling, None)
    behavior = behavior_of(animation)
    return Warp2D(how.border, how.sampling, behavior.flip_matrix, behavior.step_matrix)


def _motion_3d(animation: Animation, model: Callable[[], DepthModel], how: _Resampling) -> Motion:
    camera = animation.camera
    depth_source = _depth_source(animation, model()) if animation.depth.use_depth_warping else None
    flip = _motion_2d(animation, how) if animation.motion.enable_perspective_flip else None
    if camera.projection == "pinhole":
        kind = BlackPinholeWarp if how.is_black else PinholeWarp
        pinhole = kind(depth_source, how.sampling_3d, camera.reveal_noise)
        return pinhole if flip is None else FlippedThenWarp(flip, pinhole)
    deforum = DeforumWarp(depth_source, how.padding, how.sampling_3d)
    return deforum if flip is None else behavior_of(animation).flip_and_warp(flip, deforum)


def _depth_source(animation: Animation, model: DepthModel) -> DepthSource:
    settings = animation.depth
    scaling = Stabilized(settings.steadiness) if settings.stabilize else _scaling(animation, model)
    return DepthSource(model, settings.every, scaling)


def _scaling(animation: Animation, model: DepthModel) -> DepthScaling:
    if animation.camera.projection == "pinhole":
        return Normalized()
    # The built-in network may stand in for one of another name, whose depth is of another kind.
    name = STARTER if isinstance(model, StarterDepth) else animation.depth.model
    return behavior_of(animation).depth_scaling(name)


def open_depth_model(animation: Animation, device: torch.device) -> DepthModel:
    """Opens the depth network of a film.

    Raises:
        UserError: It is not available.
    """
    from animator.models.depth.open_depth import (  # loads timm, which takes seconds
        Precision,
        open_depth,
    )

    settings = animation.depth
    default: Precision = "float32" if device.type == "cpu" else "float16"
    dtype = default if settings.dtype == "auto" else settings.dtype
    return open_depth(
        settings.model, device, dtype, midas_weight=settings.midas_weight, folders=folders_of(animation)
    )
