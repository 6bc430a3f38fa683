"""Deforum's 3D warp on 8-bit levels: which depth means what, the flip before it, truncation after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from animator.camera import Camera, Move3D, rigid
from animator.errors import UserError
from animator.stages.compat.warp2d import deforum_flip, deforum_flip_matrix
from animator.stages.depthmap import DepthOrder, distance
from animator.stages.resample import Border, Sampling, sample
from animator.stages.warp2d import Flip, warp_by_matrix
from animator.stages.warp3d import projection_grid

_GUARD = 1 / 512 - 0.0001  # of a level: what the "(old)" algorithms add against truncation
_ORDERS = {
    "midas": DepthOrder.INVERSE,
    "leres": DepthOrder.DISTANCE,
    "zoe": DepthOrder.DISTANCE,
    "adabins": DepthOrder.DISTANCE,
}
_PADDING = {"border": Border.REPLICATE, "reflection": Border.REFLECT, "zeros": Border.ZEROS}


@dataclass(frozen=True)
class Lens3D:
    """Deforum's settings of the 3D warp besides the motion.

    Attributes:
        camera: The lens.
        algorithm: `depth_algorithm`, such as "Midas-3-Hybrid".
        padding: `padding_mode`: border, reflection or zeros.
        sampling: `sampling_mode`: bicubic, bilinear or nearest.
        flip: The perspective flip before the warp; None leaves it out.
        flip_border: What the flip lets in from outside.
    """

    camera: Camera
    algorithm: str
    padding: str = "border"
    sampling: str = "bicubic"
    flip: Flip | None = None
    flip_border: Border = Border.REPLICATE


def depth_order(algorithm: str) -> DepthOrder:
    """What the depth maps of a Deforum `depth_algorithm` mean.

    Raises:
        UserError: For a name that Deforum does not know.
    """
    if "(old)" in algorithm:
        return DepthOrder.RAW
    for prefix, order in _ORDERS.items():
        if algorithm.lower().startswith(prefix):
            return order
    known = ", ".join(_ORDERS)
    raise UserError(
        f"depth_algorithm: {algorithm!r} is unknown; expected a name beginning with one of {known}"
    )


def deforum_move3d(frame: Mapping[str, Any]) -> Move3D:
    """The 3D move of one frame, from Deforum's own names.

    Args:
        frame: translation_x, _y, _z and rotation_3d_x, _y, _z.
    """
    shift, turn = ([frame[f"{name}_{axis}"] for axis in "xyz"] for name in ("translation", "rotation_3d"))
    return Move3D((shift[0], shift[1], shift[2]), (turn[0], turn[1], turn[2]))


def deforum_lens(frame: Mapping[str, Any], width: int, height: int) -> Lens3D:
    """The lens of one frame, from Deforum's own names.

    Args:
        frame: fov, near, far, aspect_ratio, aspect_ratio_use_old_formula, depth_algorithm, padding_mode,
            sampling_mode, border and what `deforum_flip` reads.
        width: Of the picture, pixels.
        height: Of the picture, pixels.
    """
    old = frame["aspect_ratio_use_old_formula"]
    aspect_ratio = old_aspect_ratio(width, height) if old else frame["aspect_ratio"]
    return Lens3D(
        camera=Camera(frame["fov"], frame["near"], frame["far"], aspect_ratio),
        algorithm=frame["depth_algorithm"],
        padding=frame["padding_mode"],
        sampling=frame["sampling_mode"],
        flip=deforum_flip(frame),
        flip_border=Border(frame["border"]),
    )


def old_aspect_ratio(width: int, height: int) -> float:
    """The `aspect_ratio` that `aspect_ratio_use_old_formula` puts in place of the schedule's."""
    return width / height


def deforum_warp3d(picture: Tensor, depth: Tensor | None, move: Move3D, lens: Lens3D) -> Tensor:
    """The picture (3, H, W), in whole levels of 255, as the Deforum extension 3.0 warps it.

    Args:
        picture: (3, H, W), [0, 1], whole levels.
        depth: (H, W) as the network gives it, or None. A flat map and one with any value that is not finite
            count as None.
        move: The motion.
        lens: Everything else.
    """
    order = depth_order(lens.algorithm)
    height, width = picture.shape[-2:]
    if lens.flip is not None:
        matrix = deforum_flip_matrix(lens.flip, width, height)
        picture = warp_by_matrix(picture, matrix, lens.flip_border, Sampling.BILINEAR)
    levels = (picture * 255.0).round_()
    z = torch.ones((height, width), device=picture.device)
    if depth is not None:
        z = _deforum_distance(depth, order)
    grid = projection_grid(z, rigid(move), lens.camera)
    guard = _GUARD if order is DepthOrder.RAW else 0.0
    warped = sample(levels.add_(guard), grid, _PADDING[lens.padding], Sampling(lens.sampling))
    return warped.clamp_(0.0, 255.0).floor_().div_(255.0)


def _deforum_distance(depth: Tensor, order: DepthOrder) -> Tensor:
    return torch.where(torch.isfinite(depth).all(), distance(depth, order), 1.0)
