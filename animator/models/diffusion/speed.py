"""What `speed: compiled` does: the U-Net is compiled, and on CUDA replayed as graphs."""

from collections.abc import Callable
from typing import Any

import torch

RECOMPILES = 256
"""Schedules change sizes and prompt lengths now and then; torch's default of 8 would end the film."""


def nothing() -> None:
    """Nothing is to be done before a call."""


def compile_unet(unet: Any, device: torch.device) -> Callable[[], None]:
    """Compiles a U-Net in place; returns what has to be called before each of its calls.

    Compiled code is made for every size and prompt length by itself: a few of them, each as fast as can be.

    Args:
        unet: diffusers' U-Net.
        device: Where it runs: CUDA replays its kernels as graphs, which read their inputs from, and write
            their answers to, places of their own.
    """
    torch._dynamo.config.recompile_limit = RECOMPILES
    is_cuda = device.type == "cuda"
    unet.compile(mode="reduce-overhead" if is_cuda else "default", dynamic=False)
    return torch.compiler.cudagraph_mark_step_begin if is_cuda else nothing
