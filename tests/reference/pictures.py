"""Families d to i of the reference vectors, mapped onto our functions: pictures in, pictures out.

Pictures are uint8 (H, W, 3), blue first; masks uint8 (H, W); depth and flow float32. Nothing is decided here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from animator.flow import deforum as compat_flow
from animator.image import Bytes, from_bytes, mask_from_bytes, to_bytes
from animator.stages import depthmap, resample
from animator.stages import sharpen as sharpening
from animator.stages import warp2d as warping
from animator.stages.compat import color as compat_color
from animator.stages.compat import noise as compat_noise
from animator.stages.compat import sharpen as compat_sharpen
from animator.stages.compat import warp2d as compat_warp2d
from animator.stages.compat import warp3d as compat_warp3d

Floats = NDArray[np.float32]

DEVIATIONS: dict[str, str] = {
    "noise_16": "cells that do not divide the size are drawn; the reference raises RuntimeError",
    "noise_24": "uniform noise works at any size; the reference raises cv2.error",
    "noise_26": "octaves that do not divide the size are drawn; the reference raises RuntimeError",
    "usm_18": "an even kernel counts as the next odd one; the reference raises cv2.error",
}


def warp2d(picture: Bytes, params: Mapping[str, Any], repeats: int = 1) -> Bytes:
    height, width = picture.shape[:2]
    matrix = compat_warp2d.deforum_matrix2d(compat_warp2d.deforum_move2d(params), width, height)
    border = resample.Border(params["border"])
    for _ in range(repeats):
        warped = warping.warp_by_matrix(_rgb(picture), matrix, border, resample.Sampling.BILINEAR)
        picture = _bgr(warped)
    return picture


def warp3d(picture: Bytes, depth: Floats | None, params: Mapping[str, Any], repeats: int = 1) -> Bytes:
    height, width = picture.shape[:2]
    move = compat_warp3d.deforum_move3d(params)
    lens = compat_warp3d.deforum_lens(params, width, height)
    for _ in range(repeats):
        picture = _bgr(compat_warp3d.deforum_warp3d(_rgb(picture), depthmap.from_array(depth), move, lens))
    return picture


def prepare_depth(depth: Floats) -> Floats:
    return np.asarray(depthmap.prepare_depth(torch.from_numpy(depth)).numpy())


def noise(
    picture: Bytes,
    noise_type: str,
    seed: int,
    amount: float,
    args: Sequence[float],
    mask: Bytes | None,
    invert_mask: bool,
) -> Bytes:
    noised = compat_noise.deforum_noise(
        _rgb(picture),
        amount,
        compat_noise.deforum_perlin(noise_type, args),
        torch.Generator().manual_seed(seed),
        mask_from_bytes(mask, invert=invert_mask),
    )
    return _bgr(noised)


def match_color(picture: Bytes, sample: Bytes, mode: str) -> Bytes:
    space = compat_color.deforum_coherence(mode)
    return _bgr(compat_color.deforum_match_color(_rgb(picture), _rgb(sample), space))


def sharpen(
    picture: Bytes, kernel: int, sigma: float, amount: float, threshold: float, mask: Bytes | None
) -> Bytes:
    how = sharpening.Sharpen(kernel, sigma, amount, threshold)
    return _bgr(compat_sharpen.deforum_sharpen(_rgb(picture), how, mask_from_bytes(mask)))


def flow(i1: Bytes, i2: Bytes, method: str) -> Floats:
    found = compat_flow.flow_method(method)(_rgb(i1), _rgb(i2))
    return np.ascontiguousarray(found.permute(1, 2, 0).numpy())


def flow_warp(picture: Bytes, flow: Floats, factor: float) -> Bytes:
    field = torch.from_numpy(flow).permute(2, 0, 1)
    return _bgr(compat_flow.deforum_flow_warp(_rgb(picture), field, factor))


def _rgb(picture: Bytes) -> Tensor:
    return from_bytes(np.ascontiguousarray(picture[..., ::-1]))


def _bgr(picture: Tensor) -> Bytes:
    return np.ascontiguousarray(to_bytes(picture)[..., ::-1])
