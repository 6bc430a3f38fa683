"""A small judge of images: which kind of scene, which time of day. Trained on generated scenes alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator, default_rng
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.core.atomic import atomic_write
from animator.training.data import Images, Label
from animator.training.optimizer import Optimizer
from animator.training.scenes.air import TIMES
from animator.training.scenes.registry import KINDS

SIDE = 64  # pixels that it sees
KIND_NAMES, TIME_NAMES = tuple(KINDS), tuple(TIMES)
_BATCH, _RATE = 64, 2e-3
_UNKNOWN = -100  # the class that cross_entropy leaves out


class Judge(nn.Module):
    """Four convolutions, features averaged over the image, two answers."""

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 32, 64, 96, 128)
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Conv2d(before, after, 3, 2, 1), nn.GroupNorm(8, after), nn.SiLU()]
            layers += [nn.Conv2d(after, after, 3, 1, 1), nn.GroupNorm(8, after), nn.SiLU()]
        self.body = nn.Sequential(*layers)
        self.kind = nn.Linear(widths[-1], len(KIND_NAMES))
        self.time = nn.Linear(widths[-1], len(TIME_NAMES))

    def features(self, images: Tensor) -> Tensor:
        """Features (N, 128) of images (N, 3, 64, 64) in [-1, 1]."""
        averaged: Tensor = self.body(images).mean((2, 3))
        return averaged

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of kinds and times of day."""
        features = self.features(images)
        return self.kind(features), self.time(features)


@dataclass(frozen=True, eq=False)
class Judged:
    """What the judge says of images.

    Attributes:
        kinds, times: The likeliest, by name.
        features: (N, 128).
    """

    kinds: tuple[str, ...]
    times: tuple[str, ...]
    features: np.ndarray


def trained_judge(path: Path, images: Images, steps: int) -> Judge:
    """The judge in a file, trained on the images and written there where there is none."""
    judge = Judge()
    if path.exists():
        judge.load_state_dict(load_file(path))
        return judge.eval()
    seen, labels = small(images), images.labels
    kinds = torch.tensor([KIND_NAMES.index(label.kind) for label in labels])
    times = torch.tensor([TIME_NAMES.index(label.time) if label.time else _UNKNOWN for label in labels])
    optimizer = Optimizer(judge)
    for step in range(steps):
        rng = default_rng((5, step))
        chosen = torch.from_numpy(rng.integers(0, len(labels), _BATCH))
        kind, time = judge(_shaken(seen[chosen], rng))
        known = int((times[chosen] != _UNKNOWN).sum())
        loss = nnf.cross_entropy(kind, kinds[chosen])
        if known:
            loss = loss + nnf.cross_entropy(time, times[chosen])
        torch.autograd.backward(loss)
        optimizer.step(_RATE * (1 - step / steps), step + 1)
        judge.zero_grad(set_to_none=True)
    atomic_write(path, save(judge.state_dict()))
    return judge.eval()


def small(images: Images) -> Tensor:
    """All images (N, 3, 64, 64), uint8, averaged down."""
    parts = []
    for batch in images.batches(50):
        tensor = torch.from_numpy(batch.copy()).permute(0, 3, 1, 2).float()
        parts.append(shrunk(tensor).round().byte())
    return torch.cat(parts)


def shrunk(images: Tensor) -> Tensor:
    """Images (N, 3, H, W) averaged down to the judge's side."""
    return nnf.adaptive_avg_pool2d(images, SIDE)


@torch.no_grad()
def judged(judge: Judge, images: Tensor) -> Judged:
    """What the judge says of images (N, 3, 64, 64), uint8."""
    seen = images.float() / 127.5 - 1
    kind, time = judge(seen)
    return Judged(
        tuple(KIND_NAMES[i] for i in kind.argmax(1).tolist()),
        tuple(TIME_NAMES[i] for i in time.argmax(1).tolist()),
        judge.features(seen).numpy(),
    )


def accuracy(said: Sequence[str], asked: Sequence[str]) -> float:
    """The share of answers that are as asked, of those where something was asked."""
    pairs = [(a, b) for a, b in zip(said, asked, strict=True) if b]
    return sum(a == b for a, b in pairs) / max(1, len(pairs))


def asked_time(label: Label) -> str:
    """The time of day that a caption tells, empty where it tells none."""
    words = TIMES[label.time].words if label.time else ()
    return label.time if any(word and word in label.caption for word in words) else ""


def _shaken(images: Tensor, rng: Generator) -> Tensor:
    """Images uint8 as floats in [-1, 1], mirrored, blurred and noised, so that texture does not fool it."""
    seen = images.float() / 127.5 - 1
    seen = seen.flip(-1) if rng.random() < 0.5 else seen
    if rng.random() < 0.5:
        seen = nnf.avg_pool2d(nnf.pad(seen, (1, 1, 1, 1), mode="replicate"), 3, 1)
    noise = torch.from_numpy(rng.standard_normal(tuple(seen.shape), dtype=np.float32))
    return seen + noise * float(rng.uniform(0, 0.1))
