"""A small image classifier for the kind of scene and the time of day, trained on rendered scenes alone."""

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

SIDE = 64  # pixels of its inputs
KIND_NAMES, TIME_NAMES = tuple(KINDS), tuple(TIMES)
_BATCH, _RATE = 64, 2e-3
_UNKNOWN = -100  # class that cross_entropy ignores


class SceneClassifier(nn.Module):
    """Convolutional classifier with two heads: kind of scene and time of day."""

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
        """Returns features (N, 128) of images (N, 3, 64, 64) in [-1, 1]."""
        pooled: Tensor = self.body(images).mean((2, 3))
        return pooled

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Returns logits of kinds (N, kinds) and of times of day (N, times)."""
        features = self.features(images)
        return self.kind(features), self.time(features)


@dataclass(frozen=True, eq=False)
class Predictions:
    """Predictions of the classifier for N images.

    Attributes:
        kinds: Likeliest kind of scene of each.
        times: Likeliest time of day of each.
        features: Features (N, 128).
    """

    kinds: tuple[str, ...]
    times: tuple[str, ...]
    features: np.ndarray


def load_or_train(path: Path, images: Images, steps: int) -> SceneClassifier:
    """Returns the classifier saved in a file; if there is none, trains it on the images and saves it."""
    classifier = SceneClassifier()
    if path.exists():
        classifier.load_state_dict(load_file(path))
        return classifier.eval()
    inputs, labels = classifier_inputs(images), images.labels
    kinds = torch.tensor([KIND_NAMES.index(label.kind) for label in labels])
    times = torch.tensor([TIME_NAMES.index(label.time) if label.time else _UNKNOWN for label in labels])
    optimizer = Optimizer(classifier)
    for step in range(steps):
        rng = default_rng((5, step))
        chosen = torch.from_numpy(rng.integers(0, len(labels), _BATCH))
        kind, time = classifier(_augment(inputs[chosen], rng))
        labeled = int((times[chosen] != _UNKNOWN).sum())
        loss = nnf.cross_entropy(kind, kinds[chosen])
        if labeled:
            loss = loss + nnf.cross_entropy(time, times[chosen])
        torch.autograd.backward(loss)
        optimizer.step(_RATE * (1 - step / steps), step + 1)
        classifier.zero_grad(set_to_none=True)
    atomic_write(path, save(classifier.state_dict()))
    return classifier.eval()


def classifier_inputs(images: Images) -> Tensor:
    """Returns all images, uint8 (N, 3, 64, 64), downscaled to the side of the classifier's inputs."""
    parts = []
    for batch in images.batches(50):
        tensor = torch.from_numpy(batch.copy()).permute(0, 3, 1, 2).float()
        parts.append(downscale(tensor).round().byte())
    return torch.cat(parts)


def downscale(images: Tensor) -> Tensor:
    """Returns images (N, 3, H, W) downscaled to the side of the classifier's inputs."""
    return nnf.adaptive_avg_pool2d(images, SIDE)


@torch.no_grad()
def classify(classifier: SceneClassifier, images: Tensor) -> Predictions:
    """Returns the classifier's predictions for images, uint8 (N, 3, 64, 64)."""
    inputs = images.float() / 127.5 - 1
    kind, time = classifier(inputs)
    return Predictions(
        tuple(KIND_NAMES[i] for i in kind.argmax(1).tolist()),
        tuple(TIME_NAMES[i] for i in time.argmax(1).tolist()),
        classifier.features(inputs).numpy(),
    )


def accuracy(predicted: Sequence[str], expected: Sequence[str]) -> float:
    """Returns the fraction of predictions that are as expected; empty expectations are left out."""
    pairs = [(a, b) for a, b in zip(predicted, expected, strict=True) if b]
    return sum(a == b for a, b in pairs) / max(1, len(pairs))


def time_in_caption(label: Label) -> str:
    """Returns the time of day if the caption names it, else an empty text."""
    phrases = TIMES[label.time].phrases if label.time else ()
    return label.time if any(phrase and phrase in label.caption for phrase in phrases) else ""


def _augment(images: Tensor, rng: Generator) -> Tensor:
    """Returns uint8 images as floats in [-1, 1], randomly mirrored, blurred and noisy.

    Blur and noise keep the classifier from relying on fine texture.
    """
    inputs = images.float() / 127.5 - 1
    inputs = inputs.flip(-1) if rng.random() < 0.5 else inputs
    if rng.random() < 0.5:
        inputs = nnf.avg_pool2d(nnf.pad(inputs, (1, 1, 1, 1), mode="replicate"), 3, 1)
    noise = torch.from_numpy(rng.standard_normal(tuple(inputs.shape), dtype=np.float32))
    return inputs + noise * float(rng.uniform(0, 0.1))
