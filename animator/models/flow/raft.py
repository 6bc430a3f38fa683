"""RAFT (Teed and Deng 2020) in torchvision's implementation, with weights from a file."""

from pathlib import Path

import torch
from torch import Tensor
from torch.nn import Module, functional

from animator.errors import ModelError
from animator.models.torchvision_ops import declare_missing_ops
from animator.models.weights import read_weights

_STRIDE = 8
_MIN_SIZE = 128
"""Smallest size at which the fourth level of RAFT's correlation pyramid has a pixel."""


class Raft:
    """A RAFT network as a `FlowModel`; runs on the images' device without synchronizing.

    Args:
        network: torchvision's `RAFT`, on the device of the images, in evaluation mode.
        updates: Number of refinement iterations.
    """

    def __init__(self, network: Module, updates: int = 12) -> None:
        self._network = network
        self._updates = updates

    @torch.inference_mode()
    def __call__(self, first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
        """Returns the flow (2, H, W) between two images (3, H, W); ignores the guess."""
        height, width = first.shape[-2:]
        pair = torch.stack((first, second)) * 2.0 - 1.0
        padded = functional.pad(pair, (0, _padding(width), 0, _padding(height)), mode="replicate")
        flow: Tensor = self._network(padded[:1], padded[1:], num_flow_updates=self._updates)[-1]
        return flow[0, :, :height, :width].contiguous().clone()


def load_raft(path: Path, device: torch.device | str = "cpu") -> Raft:
    """Loads a RAFT network, large or small depending on the file.

    Args:
        path: A state dict of torchvision's `raft_large` or `raft_small`, .safetensors or .pth.
        device: Device of the images.

    Raises:
        ModelError: The file is missing or contains something else.
    """
    state = read_weights(path)
    declare_missing_ops()
    from torchvision.models.optical_flow import raft_large, raft_small

    is_large = any(name.startswith("mask_predictor") for name in state)
    network: Module = raft_large() if is_large else raft_small()
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise ModelError(
            f"{path}: not the weights of torchvision's raft_large or raft_small ({reason})"
        ) from error
    return Raft(network.eval().to(device))


def _padding(size: int) -> int:
    """Returns the padding in pixels up to a size that RAFT accepts."""
    return max(_MIN_SIZE, size + -size % _STRIDE) - size
