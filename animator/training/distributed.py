"""Several processes that train one model, each on its own examples.

On a CPU two processes of one thread beat one of two threads; on several GPUs it is one process each. Start
them by `torchrun --nproc-per-node N -m animator.training.train ...`.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, distributed


@dataclass(frozen=True)
class Distributed:
    """Which of how many processes this is."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """True in the one process that measures, writes and speaks."""
        return self.rank == 0

    def average(self, gradients: Iterable[Tensor]) -> None:
        """Replaces gradients by their mean over the processes, the same in all."""
        if self.size == 1:
            return
        held = list(gradients)
        flat = torch.cat([gradient.flatten() for gradient in held])
        distributed.all_reduce(flat)
        flat /= self.size
        for gradient, mean in zip(held, flat.split([g.numel() for g in held]), strict=True):
            gradient.copy_(mean.view_as(gradient))

    def meet(self) -> None:
        """Waits until all processes are here."""
        if self.size > 1:
            distributed.barrier()


ALONE = Distributed()


def join() -> Distributed:
    """The team that torchrun started this process in; a team of one without torchrun."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return ALONE
    if not distributed.is_initialized():
        distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    return Distributed(distributed.get_rank(), size)
