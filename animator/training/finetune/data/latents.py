"""`LatentStore`: the latents of examples, encoded once and kept in the run folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor
from torch.nn import functional

from animator.core.atomic import atomic_write
from animator.core.lru_cache import LRUCache
from animator.errors import RunError
from animator.images.image_file import decode_file
from animator.models.diffusion.autoencoder import Autoencoder
from animator.training.finetune.data.buckets import LATENT, Size, size_of
from animator.training.finetune.data.examples import Example
from animator.training.finetune.data.pixels import fitted
from animator.training.finetune.groups import DataSettings

KEPT = 512
"""Latents that are kept in memory; others are read from their files."""
_MEAN, _SPREAD, _WEIGHT = "mean", "spread", "weight"


@dataclass(frozen=True, eq=False)
class Latent:
    """What an example is encoded as.

    Attributes:
        mean: (C, h, w).
        spread: Standard deviation of the latents (C, h, w).
        weight: Weight of each latent pixel in the loss (1, h, w), whose mean is 1.
    """

    mean: Tensor
    spread: Tensor
    weight: Tensor


class LatentStore:
    """Encodes examples, and gives their latents."""

    def __init__(
        self,
        folder: Path,
        examples: Sequence[Example],
        data: DataSettings,
        target: Size,
        multiple: int = LATENT,
    ) -> None:
        """Starts; nothing is encoded yet.

        Args:
            folder: Where latents are kept.
            examples: The examples.
            data: How images are fitted.
            target: Size of the training.
            multiple: What sides are multiples of.
        """
        self._folder, self._examples, self._data = folder, tuple(examples), data
        self.sizes: tuple[Size, ...] = tuple(
            size_of(data.fit, one.size, target, multiple) for one in examples
        )
        """Width and height in pixels that each example is trained at."""
        self._kept: LRUCache[Path, Latent] = LRUCache(KEPT)

    @torch.no_grad()
    def encode(
        self, autoencoder: Autoencoder, device: torch.device, report: Callable[[int, int], None]
    ) -> None:
        """Encodes the examples that have no latents yet.

        Args:
            autoencoder: The model's VAE, on the device.
            device: The device.
            report: Is called with the number of encoded examples, and of all.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        for index, example in enumerate(self._examples):
            for is_flipped in (False, True) if self._data.flip else (False,):
                path = self._path(index, is_flipped=is_flipped)
                if path.is_file():
                    continue
                size = self.sizes[index]
                made = self._encoded(autoencoder, example, size, device, is_flipped=is_flipped)
                atomic_write(path, made)
            report(index + 1, len(self._examples))

    def latent(self, index: int, *, is_flipped: bool) -> Latent:
        """Returns the latent of an example, on the CPU.

        Raises:
            RunError: Its file is damaged.
        """
        path = self._path(index, is_flipped=is_flipped)
        return self._kept.get(path, lambda: _read(path))

    def _path(self, index: int, *, is_flipped: bool) -> Path:
        return self._folder / f"{index:06d}{'-flipped' if is_flipped else ''}.safetensors"

    def _encoded(
        self,
        autoencoder: Autoencoder,
        example: Example,
        size: Size,
        device: torch.device,
        *,
        is_flipped: bool,
    ) -> bytes:
        pixels = fitted(
            decode_file(example.path),
            size,
            stretches=self._data.fit == "resize",
            weighs=self._data.alpha == "weight",
        )
        image = pixels.image.flip(-1) if is_flipped else pixels.image
        mean, spread = autoencoder.posterior(image.to(device))
        weight = torch.ones(1, *mean.shape[2:])
        if pixels.weight is not None:
            seen = pixels.weight.flip(-1) if is_flipped else pixels.weight
            coarse = functional.avg_pool2d(seen[None, None], autoencoder.factor)[0]
            weight = coarse / coarse.mean().clamp(min=1e-3)
        tensors = {_MEAN: mean[0], _SPREAD: spread[0], _WEIGHT: weight}
        return save({name: tensor.cpu().contiguous() for name, tensor in tensors.items()})


def _read(path: Path) -> Latent:
    try:
        tensors = load_file(path)
        return Latent(tensors[_MEAN], tensors[_SPREAD], tensors[_WEIGHT])
    except (OSError, SafetensorError, KeyError) as error:
        raise RunError(f"{path}: cannot be read: {error}; remove it, and start the training again") from error
