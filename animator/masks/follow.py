"""`follow`: carries the mask of a thing from one image of a clip to the next, by optical flow.

Three clues are put together. The mask is warped by the flow from the new image to the old one, which moves
every part on its own. The mask and the image of the beginning are warped by the affine motion of the whole,
which shows parts again that were hidden. Colors decide about what the first one says beyond the second.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from animator.images.grid import flow_grid, grid_of_pixels, pixel_axes
from animator.images.resample import Border, Sampling, sample
from animator.images.sharpen import blur

Flow = Callable[[Tensor, Tensor], Tensor]
"""Returns the flow (2, H, W) in pixels from the first to the second image (3, H, W)."""

_LEAST_PIXELS = 48
"""Pixels of the thing in sight from which on its motion is measured; with fewer it keeps its last place."""
_ROUNDS = 6
_SAME_COLOR = 0.16
"""Difference of two colors, 0 to 1, at which it is as likely as not that they are of one thing."""
_FIRMNESS = 2.0
"""Steepness with which a mask's edge, softened by warping, is made firm again."""
_PATCH = 3
"""Side in pixels of the neighborhood in which colors are compared."""
_LEAST_WEIGHT = 0.5
_LEVELS = 10
"""Steps of each color channel in which colors are counted."""
_REACH = 0.12
"""How far parts of a thing may move away from the motion of the whole, as a share of its size."""


@dataclass(frozen=True, eq=False)
class Track:
    """A thing at one frame.

    Attributes:
        image: The clip's image (3, H, W).
        mask: Where the thing is in sight (H, W), [0, 1].
        start_image: The image (3, H, W) of the beginning.
        start_mask: The mask (H, W) of the beginning.
        start_from_here: Affine motion (3, 3), pixels: place at the beginning of a place here.
    """

    image: Tensor
    mask: Tensor
    start_image: Tensor
    start_mask: Tensor
    start_from_here: Tensor

    @classmethod
    def begin(cls, image: Tensor, mask: Tensor) -> "Track":
        """Returns the track of a thing at its first frame.

        Args:
            image: (3, H, W), [0, 1].
            mask: (H, W), [0, 1].
        """
        return cls(image, mask, image, mask, torch.eye(3, dtype=torch.float64))


def follow(track: Track, image: Tensor, flow: Flow) -> Track:
    """Returns the track at the next image (3, H, W) of the clip."""
    back, forth = flow(image, track.image), flow(track.image, image)
    is_sure = flows_agree(back, forth)
    warped = sample(track.mask[None], flow_grid(back, -1.0), Border.ZEROS, Sampling.BILINEAR)[0]
    motion = _affine(back, warped * is_sure)
    start_from_here = track.start_from_here @ motion
    whole, then = _start_at(track, start_from_here)
    # Aligned with the beginning itself, so that the errors of the steps do not add up.
    start_from_here = start_from_here @ _affine(flow(image, then), whole * _likeness(image, then))
    whole, then = _start_at(track, start_from_here)
    shown = whole * _likeness(image, then)
    own = warped * is_sure * _own_colors(track, image, whole)
    seen = torch.maximum(own, shown)
    firm = ((seen - 0.5) * _FIRMNESS + 0.5).clamp_(0.0, 1.0)
    return Track(image, firm, track.start_image, track.start_mask, start_from_here)


def flows_agree(back: Tensor, forth: Tensor) -> Tensor:
    """Returns where following a flow and then its opposite ends near the start: (H, W), bool.

    Source:
        Sundaram et al. 2010, equation 5.
    """
    returned = sample(forth, flow_grid(back, -1.0), Border.REPLICATE, Sampling.BILINEAR)
    lengths = back.square().sum(0) + returned.square().sum(0)
    return (back + returned).square().sum(0) < 0.01 * lengths + 0.5


def _start_at(track: Track, start_from_here: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the mask (H, W) and the image (3, H, W) of the beginning, moved to where the thing is now."""
    height, width = track.mask.shape
    columns, rows = pixel_axes(height, width, track.mask.device)
    a = start_from_here.to(track.mask.device, torch.float32)
    x, y = (a[axis, 0] * columns + a[axis, 1] * rows + a[axis, 2] for axis in (0, 1))
    both = torch.cat([track.start_mask[None], track.start_image])
    moved = sample(both, grid_of_pixels(x, y), Border.ZEROS, Sampling.BILINEAR)
    return moved[0], moved[1:]


def _likeness(image: Tensor, other: Tensor) -> Tensor:
    """Returns how alike two images (3, H, W) are at each pixel, (H, W): 1 if equal, 0.5 at `_SAME_COLOR`."""
    apart = blur((image - other).abs().amax(0, keepdim=True), _PATCH, _PATCH / 4)[0]
    return (apart / _SAME_COLOR).pow(4).add(1.0).reciprocal()


def _own_colors(track: Track, image: Tensor, whole: Tensor) -> Tensor:
    """Returns how likely each pixel's color is one of the thing and not of its surroundings, (H, W).

    The thing has the colors of the beginning, its surroundings those that are now outside of it. Far from
    where the whole thing is nothing is likely.
    """
    reach = max(2, round(_REACH * float(whole.sum()) ** 0.5))
    near = functional.max_pool2d(whole[None, None], 2 * reach + 1, stride=1, padding=reach)[0, 0]
    bins, start_bins = _bins(image), _bins(track.start_image)
    count = _LEVELS**3
    inside = torch.zeros(count, device=image.device).index_add_(0, start_bins, track.start_mask.flatten())
    outside = torch.zeros(count, device=image.device).index_add_(0, bins, 1.0 - near.flatten())
    share_in, share_out = inside / inside.sum().clamp(min=1.0), outside / outside.sum().clamp(min=1.0)
    likely = (share_in / (share_in + share_out + 1e-9))[bins].view(whole.shape)
    smooth = blur(likely[None], 2 * _PATCH + 1, _PATCH / 2)[0]
    return near * ((smooth - 0.5) * _FIRMNESS + 0.5).clamp_(0.0, 1.0)


def _bins(image: Tensor) -> Tensor:
    """Returns the number of the color of each pixel (H * W,) of an image (3, H, W), coarsely."""
    levels = (image * _LEVELS).to(torch.int64).clamp_(0, _LEVELS - 1)
    return ((levels[0] * _LEVELS + levels[1]) * _LEVELS + levels[2]).flatten()


def _affine(flow: Tensor, weight: Tensor) -> Tensor:
    """Returns the affine motion (3, 3), float64 on the CPU, of a flow (2, H, W) where it has weight (H, W).

    A robust fit: least squares, weighted anew by how well each pixel follows (Cauchy).
    """
    chosen = weight > _LEAST_WEIGHT
    still = torch.eye(3, dtype=torch.float64)
    rows, columns = chosen.nonzero(as_tuple=True)
    if len(rows) < _LEAST_PIXELS:
        return still
    places = torch.stack([columns, rows, torch.ones_like(rows)], 1).to(torch.float64).cpu()
    shifts = flow[:, chosen].T.to(torch.float64).cpu()
    own = weight[chosen].to(torch.float64).cpu()
    middle = places.mean(0)[:2]
    spread = float(places[:, :2].std()) or 1.0
    near = torch.cat([(places[:, :2] - middle) / spread, places[:, 2:]], 1)
    trust = own
    for _ in range(_ROUNDS):
        weighted = near * trust[:, None]
        solved = torch.linalg.lstsq(weighted.T @ near + 1e-6 * still, weighted.T @ shifts).solution
        error = (near @ solved - shifts).square().sum(1)
        trust = own / (1.0 + error / (2.0 * error.median() + 1e-4))
    linear = solved[:2].T / spread
    motion = still.clone()
    motion[:2, :2] += linear
    motion[:2, 2] = solved[2] - linear @ middle
    return motion
