"""Device, precision and processes of a training run."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from numpy.random import Generator, default_rng
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from animator.training.distributed import SINGLE_PROCESS, Distributed

_SMALL = 32  # side of latents up to which plain attention trains faster on a CPU than fused attention


@dataclass(frozen=True)
class Compute:
    """Device and precision of a training run.

    Attributes:
        device: Device of the networks and batches.
        half: Compute in bfloat16; weights stay in single precision. Faster on GPUs and on CPUs that have it
            (`avx512_bf16` or `amx_bf16` in /proc/cpuinfo), far slower on others.
        compiled: Compile the networks, which takes minutes and pays off on GPUs.
        distributed: The processes that train together.
    """

    device: torch.device
    half: bool = False
    compiled: bool = False
    distributed: Distributed = SINGLE_PROCESS

    @property
    def half_is_slow(self) -> bool:
        """True if bfloat16 is requested but the CPU has no instructions for it."""
        return self.half and self.device.type == "cpu" and torch.backends.cpu.get_cpu_capability() == "AVX2"

    @contextmanager
    def autocast(self, side: int) -> Iterator[None]:
        """Returns a context for running networks on latents of a side: precision and attention kernel."""
        with ExitStack() as stack:
            stack.enter_context(torch.autocast(self.device.type, torch.bfloat16, enabled=self.half))
            if self.device.type == "cpu" and side <= _SMALL:
                stack.enter_context(sdpa_kernel(SDPBackend.MATH))
            yield

    def prepare(self, network: Any) -> Any:
        """Returns the network on the device, in channels-last layout, compiled if requested."""
        network.to(self.device, memory_format=torch.channels_last)
        if self.compiled:
            network.compile()
        return network

    def rng(self, *numbers: int) -> Generator:
        """Returns the random generator of a stream and a step; it differs between processes."""
        return default_rng((*numbers, self.distributed.rank) if self.distributed.size > 1 else numbers)

    def noise(self, rng: Generator, shape: tuple[int, ...]) -> Tensor:
        """Returns normal noise of a shape on the device, seeded by the generator."""
        generator = torch.Generator(self.device).manual_seed(int(rng.integers(2**62)))
        return torch.randn(shape, generator=generator, device=self.device)
