"""Training images on disk: shards of scenes, rendered once and memory-mapped.

A shard is `scenes-<first seed>.npy`, uint8 (count, size, size, 3), beside a `.json` with a label for each
image. The seed names the shard, so shards that exist already are not rendered again.
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
HELD_OUT = 0  # first seed of the held-out scenes
TRAINED_ON = 1_000_000  # first seed of the training scenes


@dataclass(frozen=True)
class Label:
    """Caption and classes of one image; see `scenes.render.Scene`."""

    caption: str
    kind: str
    time: str
    style: str


@dataclass(frozen=True)
class Images:
    """The images of a folder.

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
        """Side of the images in pixels."""
        return int(self.shards[0].shape[1])

    def batches(self, count: int) -> Iterator[NDArray[np.uint8]]:
        """Yields all images in order, at most `count` at a time."""
        for shard in self.shards:
            for start in range(0, len(shard), count):
                yield np.asarray(shard[start : start + count])

    def image(self, index: int) -> NDArray[np.uint8]:
        """Returns one image (size, size, 3)."""
        shard, position = divmod(index, len(self.shards[0]))
        return np.asarray(self.shards[shard][position])


def make_shards(folder: Path, seeds: range, size: int, workers: int) -> Iterator[int]:
    """Renders the shards of these seeds that are missing; yields the number of finished images after each.

    Args:
        folder: Folder of the shards; created if missing.
        seeds: Consecutive seeds, a multiple of 250 of them.
        size: Side of the images in pixels.
        workers: Number of processes.

    Raises:
        UserError: The number of seeds is not a multiple of the shard size.
    """
    if len(seeds) % SHARD or seeds.step != 1:
        raise UserError(f"{len(seeds)} images: expected a multiple of {SHARD}")
    folder.mkdir(parents=True, exist_ok=True)
    starts = [first for first in seeds[::SHARD] if not _paths(folder, first)[1].exists()]
    done = len(seeds) - len(starts) * SHARD
    if workers == 1:
        for first in starts:
            _write_shard(folder, size, first)
            yield (done := done + SHARD)
        return
    with ProcessPoolExecutor(workers) as pool:
        for _ in pool.map(partial(_write_shard, folder, size), starts):
            yield (done := done + SHARD)


def read_images(folder: Path, limit: int | None = None) -> Images:
    """Returns the images of a folder.

    Args:
        folder: Folder of the shards.
        limit: Number of images, rounded up to whole shards; None reads all.

    Raises:
        UserError: The folder has no images, or fewer than `limit`.
    """
    paths = sorted(folder.glob("scenes-*.json"))
    count = len(paths) if limit is None else -(-limit // SHARD)
    if not paths or len(paths) < count:
        raise UserError(
            f"{folder}: {len(paths)} shards of images, expected {max(count, 1)};"
            f" render them with python -m animator.training.train data"
        )
    labels = [Label(**entry) for path in paths[:count] for entry in json.loads(path.read_text())]
    shards = tuple(np.load(path.with_suffix(".npy"), mmap_mode="r") for path in paths[:count])
    return Images(shards, tuple(labels))


def _paths(folder: Path, first: int) -> tuple[Path, Path]:
    return folder / f"scenes-{first:09d}.npy", folder / f"scenes-{first:09d}.json"


def _write_shard(folder: Path, size: int, first: int) -> None:
    """Writes one shard; its labels are written last and mark it as complete."""
    scenes: list[Scene] = [scene(seed, size) for seed in range(first, first + SHARD)]
    image_path, label_path = _paths(folder, first)
    file = BytesIO()
    np.save(file, np.stack([s.image for s in scenes]))
    atomic_write(image_path, file.getvalue())
    labels = [{"caption": s.caption, "kind": s.kind, "time": s.time, "style": s.style} for s in scenes]
    atomic_write(label_path, json.dumps(labels).encode())
