"""Latents of images, computed once and cached on disk beside the images."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as nnf

from animator.core.atomic import atomic_write
from animator.training.autoencoder import to_tensor
from animator.training.data import Images
from animator.training.networks import CHANNELS, FACTOR

_BATCH = 16


def cached_latents(folder: Path, images: Images, vae: Any, side: int, device: torch.device) -> Tensor:
    """Returns latents float16 (2, N, 4, side, side) of the images as they are, and mirrored.

    Args:
        folder: Folder of the cache file, which is named by the encoder's fingerprint.
        images: Images of size 8 * side times a power of two; larger ones are downscaled.
        vae: Autoencoder whose encoder is used.
        side: Side of the latents.
        device: Device of the encoder.
    """
    path = folder / f"latents-{side}-{len(images)}-{fingerprint(vae)}.f16"
    if not path.exists():
        atomic_write(path, _encode(images, vae, side, device).tobytes())
    flat = np.fromfile(path, np.float16)
    return torch.from_numpy(flat.reshape(2, len(images), CHANNELS, side, side))


@torch.no_grad()
def _encode(images: Images, vae: Any, side: int, device: torch.device) -> NDArray[np.float16]:
    result = np.empty((2, len(images), CHANNELS, side, side), np.float16)
    start = 0
    for batch in images.batches(_BATCH):
        image = to_tensor(batch, device)
        image = nnf.avg_pool2d(image, images.size // (side * FACTOR))
        for index, view in enumerate((image, image.flip(-1))):
            result[index, start : start + len(batch)] = vae.encoder(view).half().cpu().numpy()
        start += len(batch)
    return result


def fingerprint(vae: Any) -> str:
    """Returns twelve hex digits of a hash of the encoder's weights."""
    digest = hashlib.sha256()
    for value in vae.encoder.state_dict().values():
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:12]
