"""`Order`: which examples a batch has. It follows from seed and number alone, so that a training resumes."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.random import default_rng

from animator.training.finetune.data.buckets import Size

_STREAM = 11
"""Separates its random numbers from others of the same seed."""


class Order:
    """Batches of examples of one size: every example once in each pass, in another order each time."""

    def __init__(
        self, members: Sequence[int], sizes: Sequence[Size], batch: int, seed: tuple[int, ...]
    ) -> None:
        """Sorts examples by their sizes.

        Args:
            members: Indices of the examples; one that is listed twice is seen twice in a pass.
            sizes: Size of each example, by its index.
            batch: Examples in a batch; the last one of a size is filled up with others of it.
            seed: Decides the order.
        """
        groups: dict[Size, list[int]] = defaultdict(list)
        for index in members:
            groups[sizes[index]].append(index)
        self._groups = [groups[size] for size in sorted(groups)]
        self._batch, self._seed = batch, seed
        self.per_pass = sum(-(-len(group) // batch) for group in self._groups)
        """Batches in a pass over all examples."""
        self._pass = lru_cache(maxsize=2)(self._new_pass)

    def batch(self, number: int) -> tuple[int, ...]:
        """Returns the indices of the examples in a batch, by its number from 0."""
        return self._pass(number // self.per_pass)[number % self.per_pass]

    def _new_pass(self, number: int) -> list[tuple[int, ...]]:
        rng = default_rng((_STREAM, *self._seed, number))
        batches: list[tuple[int, ...]] = []
        for group in self._groups:
            order = np.array(group)[rng.permutation(len(group))]
            whole = np.resize(order, -(-len(group) // self._batch) * self._batch)
            batches += [tuple(int(index) for index in part) for part in whole.reshape(-1, self._batch)]
        return [batches[index] for index in rng.permutation(len(batches))]
