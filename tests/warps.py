"""The 2D warp of a single move, as tests need it."""

from torch import Tensor

from animator.images.resample import Border, Sampling
from animator.images.warp2d import Move2D, matrix2d, warp_by_matrix


def warp2d(image: Tensor, move: Move2D, border: Border, sampling: Sampling = Sampling.BILINEAR) -> Tensor:
    """The image (3, H, W) after a move."""
    height, width = image.shape[-2:]
    return warp_by_matrix(image, matrix2d(move, width, height), border, sampling)
