"""Puts a network with its weights where and how it shall compute."""

from typing import TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def placed(network: Network, device: torch.device, dtype: torch.dtype) -> Network:
    """The same network for inference, on a device, in a precision, its convolutions channels-last.

    Group normalisation loses two digits on channels-last maps (torch 2.13 takes the variance as a difference
    of large sums there), so that networks which have it stay as they are.
    """
    network.eval().requires_grad_(requires_grad=False)
    network.to(device=device, dtype=dtype)
    if not any(isinstance(module, nn.GroupNorm) for module in network.modules()):
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in torch's stubs
    return network
