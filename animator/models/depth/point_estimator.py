"""`PointEstimator`: runs a network that finds points in space, as its official program does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as nnf

from animator.images.side_stream import to_device
from animator.models.depth.estimator import Estimator, network_input, resize_output
from animator.models.depth.focal_shift import best_shift
from animator.models.depth.moge_2 import MoGe2, view_positions

SAMPLES = (64, 64)
"""Points by which the shift is found, from an image of any size."""


@dataclass(frozen=True)
class PointEstimator(Estimator):
    """A loaded MoGe-2."""

    @torch.no_grad()
    def raw(self, images: Tensor) -> Tensor:
        """Returns the distance (N, H, W) in meters of images (N, 3, H, W); infinite where there is only sky.

        It waits for the device: the distance of the camera is searched on the CPU.
        """
        weight = next(self.network.parameters())
        inputs = images.to(device=weight.device, dtype=torch.float32)
        size = (inputs.shape[-2], inputs.shape[-1])
        prepared = network_input(self.spec.preparation, inputs).to(weight.dtype)
        found = cast("MoGe2", self.network)(prepared, size[1] / size[0])
        points = nnf.interpolate(found.points.float(), size=size, mode="bilinear", align_corners=False)
        visible = resize_output(found.visible.float(), size, self.spec.preparation.final) > 0
        z = points[:, 2].exp()
        distances = z + _shifts(torch.cat([points[:, :2] * z[:, None], z[:, None]], 1), visible)
        in_meters = distances * found.meters.float().exp()[:, None, None]
        seen: Tensor = in_meters.masked_fill(~visible | (distances <= 0), torch.inf)
        return seen.to(images.device)


def _shifts(points: Tensor, visible: Tensor) -> Tensor:
    """Returns what to add to z (N, 1, 1) of points (N, 3, H, W), of which those count that are visible."""
    height, width = points.shape[-2:]
    positions = view_positions((height, width), width / height, points)
    sampled = nnf.interpolate(torch.cat([points, visible[:, None].to(points.dtype)], 1), size=SAMPLES)
    at = nnf.interpolate(positions[None], size=SAMPLES)[0].cpu().double().numpy().reshape(2, -1).T
    shifts = []
    for one in sampled.cpu().double().numpy():
        seen = one[3].ravel() > 0
        shifts.append(best_shift(one[:3].reshape(3, -1).T[seen], at[seen]))
    return to_device(torch.from_numpy(np.array(shifts, np.float32)), points.device)[:, None, None]
