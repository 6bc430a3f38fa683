"""Initializes an encoder as an exact linear map: patches of 8 x 8 pixels to four principal components.

AutoencoderTiny's encoder without residual blocks is a chain of convolutions with no activation between them.
The first levels only move pixels to channels, the last one projects. So latents are good from the start
(about 24 dB with a linear decoder), smooth, and flip with the image.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny
from numpy.typing import NDArray
from torch import nn

from animator.errors import UserError
from animator.training.networks import CHANNELS, FACTOR

_PATCH = FACTOR * FACTOR * 3
_WHITENING = 0.12  # power of the eigenvalues that remains in the deviations of the latents


@dataclass(frozen=True)
class Projection:
    """Linear map from patches to latents: (patch - mean) @ basis.

    Attributes:
        mean: Mean patch (192,), in [-1, 1].
        basis: Components (192, 4).
    """

    mean: NDArray[np.floating]
    basis: NDArray[np.floating]


def fit_projection(images: NDArray[np.uint8]) -> Projection:
    """Returns the principal components of the patches of images (N, H, W, 3), scaled to deviations near 1."""
    count, height, width, _ = images.shape
    values = images.astype(np.float32) / 127.5 - 1
    blocks = values.reshape(count, height // FACTOR, FACTOR, width // FACTOR, FACTOR, 3)
    patches = blocks.transpose(0, 1, 3, 2, 4, 5).reshape(-1, _PATCH)
    mean = patches.mean(0)
    power, vectors = np.linalg.eigh(np.cov((patches - mean).T))
    power, vectors = power[::-1][:CHANNELS], vectors[:, ::-1][:, :CHANNELS]
    basis = vectors / np.sqrt(power) * (power / power[0]) ** _WHITENING
    return Projection(mean, basis)


@torch.no_grad()
def write_projection(autoencoder: AutoencoderTiny, projection: Projection) -> None:
    """Sets the weights of the encoder so that it computes the projection.

    Raises:
        UserError: The encoder has too few channels for patches of 4 x 4 pixels.
    """
    layers: list[Any] = [layer for layer in autoencoder.encoder.layers if isinstance(layer, nn.Conv2d)]
    if layers[1].out_channels < _PATCH // 4:
        raise UserError(f"encoder with {layers[1].out_channels} channels: expected {_PATCH // 4} or more")
    for layer in layers:
        layer.weight.zero_()
        if layer.bias is not None:
            layer.bias.zero_()
    first, last = layers[0], layers[4]
    first.weight[[0, 1, 2], [0, 1, 2], 1, 1] = 2.0  # the encoder itself turns [-1, 1] into [0, 1]
    first.bias[:3] = -1
    channels = 3
    for layer in layers[1:3]:  # stride 2 with padding 1 reads rows 2i - 1 to 2i + 1
        for row, column in np.ndindex(2, 2):
            source = np.arange(channels)
            layer.weight[(row * 2 + column) * channels + source, source, 1 + row, 1 + column] = 1
        channels *= 4
    # Rows and columns as bits, high bits first.
    basis = projection.basis.reshape(2, 2, 2, 2, 2, 2, 3, CHANNELS)
    for index in np.ndindex(2, 2, 2, 2, 2, 2, 3):
        row, column = index[:3], index[3:6]
        source = (row[1] * 2 + column[1]) * 12 + (row[2] * 2 + column[2]) * 3 + index[6]
        weights = torch.tensor(basis[index], dtype=torch.float32)
        layers[3].weight[:CHANNELS, source, 1 + row[0], 1 + column[0]] = weights
    last.weight[range(CHANNELS), range(CHANNELS), 1, 1] = 1
    last.bias[:CHANNELS] = -torch.tensor(projection.mean @ projection.basis, dtype=torch.float32)
