"""`TinyAutoencoder`: the VAE of the built-in model, of the kind of TAESD."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from animator.models.diffusion.built_in.config import Config
from animator.models.diffusion.built_in.network import Network

_LARGEST = 3.0  # that a latent is, softly, clamped to


@dataclass(frozen=True, eq=False)
class Encoded:
    """What `TinyAutoencoder.encode` returns.

    Attributes:
        latents: Latents (N, C, h, w).
    """

    latents: Tensor


class TinyAutoencoder(Network):
    """A VAE that is called as diffusers' `AutoencoderTiny`."""

    def __init__(self, config: Config) -> None:
        """Makes the layers."""
        super().__init__(config)
        self.encoder = TinyEncoder(config)
        self.decoder = TinyDecoder(config)

    def encode(self, x: Tensor) -> Encoded:
        """Returns the latents of images (N, 3, H, W) in [-1, 1]."""
        return Encoded(self.encoder(x))

    def decode(self, x: Tensor, *, return_dict: bool = False) -> tuple[Tensor]:
        """Returns images (N, 3, H, W) in about [-1, 1], in a tuple, whatever `return_dict` says."""
        return (self.decoder(x),)


class TinyEncoder(nn.Module):
    """Convolutions, each of which but the first halves the size."""

    def __init__(self, config: Config) -> None:
        """Makes the layers."""
        super().__init__()
        layers: list[nn.Module] = []
        widths = config.encoder_block_out_channels
        for index, (width, blocks) in enumerate(zip(widths, config.num_encoder_blocks, strict=True)):
            if index == 0:
                layers.append(nn.Conv2d(config.in_channels, width, 3, padding=1))
            else:
                layers.append(nn.Conv2d(width, width, 3, padding=1, stride=2, bias=False))
            layers += [_Block(width) for _ in range(blocks)]
        layers.append(nn.Conv2d(widths[-1], config.latent_channels, 3, padding=1))
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Returns latents of images in [-1, 1]."""
        return torch.as_tensor(self.layers(x.add(1).div(2)))


class TinyDecoder(nn.Module):
    """Convolutions, each of which but the last doubles the size."""

    def __init__(self, config: Config) -> None:
        """Makes the layers."""
        super().__init__()
        widths, scale = config.decoder_block_out_channels, config.upsampling_scaling_factor
        layers: list[nn.Module] = [nn.Conv2d(config.latent_channels, widths[0], 3, padding=1), nn.ReLU()]
        for width, blocks in zip(widths[:-1], config.num_decoder_blocks[:-1], strict=True):
            layers += [_Block(width) for _ in range(blocks)]
            layers += [nn.Upsample(scale_factor=scale), nn.Conv2d(width, width, 3, padding=1, bias=False)]
        layers += [_Block(widths[-1]) for _ in range(config.num_decoder_blocks[-1])]
        layers.append(nn.Conv2d(widths[-1], config.out_channels, 3, padding=1))
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Returns images in about [-1, 1] of latents."""
        clamped = torch.tanh(x / _LARGEST) * _LARGEST
        return torch.as_tensor(self.layers(clamped).mul(2).sub(1))


class _Block(nn.Module):
    """Three convolutions, added to their input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Returns features of the shape of `x`."""
        return torch.relu(self.conv(x) + x)
