"""Data-parallel training: several processes train one model, each on its own examples.

On a CPU two processes of one thread are faster than one process of two threads; on GPUs use one process per
GPU. Start them with `torchrun --nproc-per-node N -m animator.training.train ...`.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, distributed


@dataclass(frozen=True)
class Distributed:
    """Rank of this process and number of processes."""

    rank: int = 0
    size: int = 1

    @property
    def is_main(self) -> bool:
        """True in the one process that evaluates, writes files and logs."""
        return self.rank == 0

    def average_gradients(self, gradients: Iterable[Tensor]) -> None:
        """Replaces gradients in place by their mean over all processes."""
        if self.size == 1:
            return
        tensors = list(gradients)
        flat = torch.cat([gradient.flatten() for gradient in tensors])
        distributed.all_reduce(flat)
        flat /= self.size
        for gradient, mean in zip(tensors, flat.split([g.numel() for g in tensors]), strict=True):
            gradient.copy_(mean.view_as(gradient))

    def barrier(self) -> None:
        """Waits until all processes have arrived here."""
        if self.size > 1:
            distributed.barrier()


SINGLE_PROCESS = Distributed()


def init_distributed() -> Distributed:
    """Joins the process group that torchrun started; returns a single process without torchrun."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return SINGLE_PROCESS
    if not distributed.is_initialized():
        distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    return Distributed(distributed.get_rank(), size)
