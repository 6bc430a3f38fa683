"""`seeded`: torch's global random generator, from a seed for a while, and as it was before after that."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def seeded(seed: int, step: int = 0) -> Iterator[None]:
    """Has what draws from torch's global generator follow from seed and step within a `with` block.

    Dropout does, and so do the first weights of peft's layers: neither takes a generator.
    """
    devices = range(torch.cuda.device_count())
    with torch.random.fork_rng(devices):
        torch.random.manual_seed((seed << 32) + step)
        yield
