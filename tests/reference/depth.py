"""Runs depth networks for reference cases: official weights and images in, numpy out."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from animator.images.image import from_uint8
from animator.models.depth.estimator import Estimator
from animator.models.depth.names import find_spec_by_name
from animator.models.depth.open_depth import estimator

Floats = NDArray[np.float32]


def depth_net(model: str, state_dict: Mapping[str, NDArray[np.generic]], x: Floats) -> Floats:
    """The network's own output (h, w) for x (1, 3, h, w), normalized (ZoeDepth: in [0, 1])."""
    with torch.no_grad():
        return _opened(model, state_dict).network(torch.from_numpy(x))[0].float().numpy()


def depth_pipe(
    model: str, state_dict: Mapping[str, NDArray[np.generic]], image_rgb: NDArray[np.uint8]
) -> Floats:
    """Returns the result (H, W) of the official program for an image, uint8 (H, W, 3) RGB."""
    return _opened(model, state_dict).raw(from_uint8(image_rgb)[None])[0].numpy()


def _opened(model: str, state_dict: Mapping[str, NDArray[np.generic]]) -> Estimator:
    spec = find_spec_by_name(model)
    assert spec is not None, model
    return estimator(spec, {key: torch.from_numpy(np.asarray(value)) for key, value in state_dict.items()})
