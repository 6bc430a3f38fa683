"""Where and how precisely networks are trained."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from numpy.random import Generator, default_rng
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from animator.training.distributed import ALONE, Distributed

_SMALL = 32  # side of latents up to which plain attention trains faster on a CPU than the fused one


@dataclass(frozen=True)
class Compute:
    """A device and how it is used.

    Attributes:
        device: Where.
        half: Compute in bfloat16; weights stay in single precision. Faster on GPUs and on CPUs that have it
            (`avx512_bf16` or `amx_bf16` in /proc/cpuinfo), far slower on others.
        compiled: Compile the networks, which takes minutes and pays on GPUs.
        team: The processes that train together.
    """

    device: torch.device
    half: bool = False
    compiled: bool = False
    team: Distributed = ALONE

    @property
    def half_is_slow(self) -> bool:
        """True where bfloat16 is asked for and the CPU has no instructions for it."""
        return self.half and self.device.type == "cpu" and torch.backends.cpu.get_cpu_capability() == "AVX2"

    @contextmanager
    def running(self, side: int) -> Iterator[None]:
        """The context in which networks run on latents of a side."""
        with ExitStack() as stack:
            stack.enter_context(torch.autocast(self.device.type, torch.bfloat16, enabled=self.half))
            if self.device.type == "cpu" and side <= _SMALL:
                stack.enter_context(sdpa_kernel(SDPBackend.MATH))
            yield

    def ready(self, network: Any) -> Any:
        """The network on the device, in the layout that convolutions like, compiled where asked."""
        network.to(self.device, memory_format=torch.channels_last)
        if self.compiled:
            network.compile()
        return network

    def chance(self, *numbers: int) -> Generator:
        """The generator of a stream and a step: another one in every process of the team."""
        return default_rng((*numbers, self.team.rank) if self.team.size > 1 else numbers)

    def noise(self, rng: Generator, shape: tuple[int, ...]) -> Tensor:
        """Normal noise that follows from the generator's state, made on the device."""
        generator = torch.Generator(self.device).manual_seed(int(rng.integers(2**62)))
        return torch.randn(shape, generator=generator, device=self.device)
