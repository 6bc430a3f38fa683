"""A style that the built-in model has not seen: prints in three inks. Images, and a judge of them."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.random import default_rng
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from animator.training.evaluation.classifier import SceneClassifier
from animator.training.scenes.render import scene

INKS = np.array([[24, 20, 84], [226, 72, 60], [248, 226, 150]], np.float32)
"""Dark blue, red, yellow paper: RGB."""
TAUGHT, JUDGED, HELD_OUT = 9_100_000, 9_200_000, 9_300_000
"""First seeds of the scenes that are printed, that the judge learns from, and whose captions are held out."""
SIDE = 256
Pixels = NDArray[np.uint8]


def printed(image: Pixels) -> Pixels:
    """Returns an image uint8 (H, W, 3) as a print: three inks by brightness."""
    brightness = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), 3).astype(np.float32)
    low, high = np.percentile(brightness, [34, 67])
    inks = np.where(brightness < low, 0, np.where(brightness < high, 1, 2))
    return cv2.GaussianBlur(INKS[inks], (0, 0), 0.7).round().astype(np.uint8)


def ink_distance(image: Pixels) -> float:
    """Returns the mean distance of an image's pixels to the nearest ink, in levels of 255."""
    pixels = image.reshape(-1, 1, 3).astype(np.float32)
    return float(np.linalg.norm(pixels - INKS, axis=2).min(axis=1).mean())


def captions(first: int, count: int) -> tuple[str, ...]:
    """Returns the captions of scenes, by the seed of the first."""
    return tuple(scene(seed, 16).caption for seed in range(first, first + count))


def write_prints(folder: Path, words: str, count: int = 12) -> None:
    """Writes images with captions: each says what it shows, and the words of the style."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        made = scene(TAUGHT + index, SIDE)
        cv2.imwrite(str(folder / f"{index:02d}.png"), printed(made.image)[..., ::-1])
        (folder / f"{index:02d}.txt").write_text(f"{made.caption}, {words}\n")


class PrintJudge(nn.Module):
    """Says whether images are prints, by a network with the layers of the evaluation's classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = SceneClassifier()
        self.score = nn.Linear(128, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Returns logits (N,) of images (N, 3, 64, 64) in [-1, 1]."""
        return self.score(self.layers.features(images))[:, 0]


def train_judge(images: int = 300, steps: int = 250) -> PrintJudge:
    """Trains a judge on scenes as they are and as prints, blurred and noisy ones among them."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        judge = PrintJudge()
    plain = [scene(JUDGED + index, SIDE, supersample=1.0).image for index in range(images)]
    inputs = as_inputs([*plain, *(printed(image) for image in plain)])
    labels = torch.cat([torch.zeros(images), torch.ones(images)])
    optimizer, rng = torch.optim.AdamW(judge.parameters(), 1e-3), default_rng(1)
    for _ in range(steps):
        chosen = torch.from_numpy(rng.integers(0, len(labels), 64))
        batch = inputs[chosen]
        if rng.random() < 0.5:
            batch = functional.avg_pool2d(batch, 3, 1, 1)
        batch = batch + torch.from_numpy(rng.standard_normal(batch.shape, np.float32)) * rng.uniform(0, 0.1)
        loss = functional.binary_cross_entropy_with_logits(judge(batch), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return judge.eval()


def as_inputs(images: Sequence[Pixels]) -> Tensor:
    """Returns images uint8 (H, W, 3) as the judges' inputs (N, 3, 64, 64) in [-1, 1]."""
    tensors = [torch.from_numpy(image.copy()).permute(2, 0, 1).float() for image in images]
    return torch.cat([functional.adaptive_avg_pool2d(one[None], 64) for one in tensors]) / 127.5 - 1
