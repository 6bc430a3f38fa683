"""`speed: compiled`: compiles the U-Net, with CUDA graphs on GPUs."""

from collections.abc import Callable
from typing import Any

import torch

RECOMPILES = 256
"""Recompile limit; schedules change sizes and prompt lengths, so torch's default of 8 could end a film."""


def do_nothing() -> None:
    """Does nothing; stands in where no preparation is needed before a call."""


def compile_unet(unet: Any, device: torch.device) -> Callable[[], None]:
    """Compiles a U-Net in place; returns a function that must run before each of its calls.

    Every image size and prompt length is compiled separately, as static shapes.

    Args:
        unet: diffusers' U-Net.
        device: Device it runs on; on CUDA its kernels are replayed as graphs with static inputs and outputs.
    """
    torch._dynamo.config.recompile_limit = RECOMPILES
    is_cuda = device.type == "cuda"
    unet.compile(mode="reduce-overhead" if is_cuda else "default", dynamic=False)
    return torch.compiler.cudagraph_mark_step_begin if is_cuda else do_nothing
