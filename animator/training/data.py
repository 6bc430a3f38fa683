"""Images on disk: shards of scenes, made once, read many times.

A shard is `scenes-<first seed>.npy`, uint8 (count, size, size, 3), beside a `.json` with what is known about
each. Every seed has its place, so shards that are there already are not made again.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from animator.core.atomic import atomic_write
from animator.errors import UserError
from animator.training.scenes.render import Scene, scene

SHARD = 250  # scenes in a file
HELD_OUT = 0  # first seed of the scenes that are only measured with
TRAINED_ON = 1_000_000  # first seed of those that are trained on


@dataclass(frozen=True)
class Label:
    """What is known about one image: see `scenes.render.Scene`."""

    caption: str
    kind: str
    time: str
    style: str


@dataclass(frozen=True)
class Images:
    """All images of a folder.

    Attributes:
        shards: Memory-mapped uint8 arrays (n, size, size, 3), in the order of their seeds.
        labels: One per image.
    """

    shards: tuple[NDArray[np.uint8], ...]
    labels: tuple[Label, ...]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def size(self) -> int:
        """Pixels of a side."""
        return int(self.shards[0].shape[1])

    def batches(self, count: int) -> Iterator[NDArray[np.uint8]]:
        """All images in order, at most `count` at a time."""
        for shard in self.shards:
            for start in range(0, len(shard), count):
                yield np.asarray(shard[start : start + count])

    def image(self, index: int) -> NDArray[np.uint8]:
        """One image (size, size, 3)."""
        full = len(self.shards[0])
        return np.asarray(self.shards[index // full][index % full])


def make(folder: Path, seeds: range, size: int, workers: int) -> Iterator[int]:
    """Makes the shards of these seeds that are not there yet; yields the number of images after each.

    Args:
        folder: Where; created.
        seeds: Consecutive, a multiple of 250.
        size: Pixels of a side.
        workers: Processes.
    """
    if len(seeds) % SHARD or seeds.step != 1:
        raise UserError(f"{len(seeds)} images: expected a multiple of {SHARD}")
    folder.mkdir(parents=True, exist_ok=True)
    starts = [first for first in seeds[::SHARD] if not _files(folder, first)[1].exists()]
    done = len(seeds) - len(starts) * SHARD
    if workers == 1:
        for first in starts:
            _shard(folder, size, first)
            yield (done := done + SHARD)
        return
    with ProcessPoolExecutor(workers) as pool:
        for _ in pool.map(partial(_shard, folder, size), starts):
            yield (done := done + SHARD)


def read(folder: Path, limit: int | None = None) -> Images:
    """The images of a folder, at most `limit` of them, a whole number of shards.

    Raises:
        UserError: There are none, or fewer than asked for.
    """
    names = sorted(folder.glob("scenes-*.json"))
    wanted = len(names) if limit is None else -(-limit // SHARD)
    if not names or len(names) < wanted:
        raise UserError(
            f"{folder}: {len(names)} shards of images, expected {max(wanted, 1)};"
            f" make them with python -m animator.training.train data"
        )
    labels = [Label(**entry) for name in names[:wanted] for entry in json.loads(name.read_text())]
    shards = tuple(np.load(name.with_suffix(".npy"), mmap_mode="r") for name in names[:wanted])
    return Images(shards, tuple(labels))


def _files(folder: Path, first: int) -> tuple[Path, Path]:
    return folder / f"scenes-{first:09d}.npy", folder / f"scenes-{first:09d}.json"


def _shard(folder: Path, size: int, first: int) -> None:
    """Writes one shard; its labels come last and say that it is whole."""
    scenes: list[Scene] = [scene(seed, size) for seed in range(first, first + SHARD)]
    images, labels = _files(folder, first)
    file = BytesIO()
    np.save(file, np.stack([s.image for s in scenes]))
    atomic_write(images, file.getvalue())
    known = [{"caption": s.caption, "kind": s.kind, "time": s.time, "style": s.style} for s in scenes]
    atomic_write(labels, json.dumps(known).encode())
