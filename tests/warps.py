"""The 2D warp of a single move, as tests need it."""

from torch import Tensor

from animator.images.resample import Border, Sampling
from animator.images.warp2d import Move2D, matrix2d, warp_by_matrix


def warp2d(picture: Tensor, move: Move2D, border: Border, sampling: Sampling = Sampling.BILINEAR) -> Tensor:
    """The picture (3, H, W) after a move."""
    height, width = picture.shape[-2:]
    return warp_by_matrix(picture, matrix2d(move, width, height), border, sampling)
