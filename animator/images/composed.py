"""Composition of warps, so that a generated image is resampled once however many frames ago it was generated.

Warping an already warped image blurs it a little more at every frame of a group. Matrices compose by `@`,
rigid motions by `Rigid.then`, and any sampling grids by `then`.
"""

from torch import Tensor
from torch.nn import functional

from animator.images.grid import identity_grid


def compose_grids(earlier: Tensor, later: Tensor) -> Tensor:
    """Returns the sampling grid (H, W, 2) of an earlier warp followed by a later one.

    The shifts of the earlier grid are sampled at the positions of the later one; beyond the edge the nearest
    shift is repeated, so that the border mode applies only once, when the image is sampled.

    Args:
        earlier: (H, W, 2), normalized.
        later: (H, W, 2), normalized.
    """
    height, width = earlier.shape[:2]
    shift = (earlier - identity_grid(height, width, earlier.device)).permute(2, 0, 1).unsqueeze(0)
    read = functional.grid_sample(
        shift, later.unsqueeze(0), mode="bilinear", padding_mode="border", align_corners=False
    )
    return later + read.squeeze(0).permute(1, 2, 0)
