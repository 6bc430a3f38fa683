"""Where and how precisely networks are trained."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from numpy.random import Generator, default_rng
from torch import Tensor

from animator.starter.training.team import ALONE, Team


@dataclass(frozen=True)
class Compute:
    """A device and how it is used.

    Attributes:
        device: Where.
        half: Compute in bfloat16; weights stay in single precision. For GPUs: CPUs without it are slower so.
        compiled: Compile the networks, which takes minutes and pays on GPUs.
        team: The processes that train together.
    """

    device: torch.device
    half: bool = False
    compiled: bool = False
    team: Team = ALONE

    def precision(self) -> AbstractContextManager[object]:
        """The context in which networks run."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.half)

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
