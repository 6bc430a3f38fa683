"""`LatentShape`: the channels and the size of a VAE's latents, from its config or its file's header."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from animator.models.diffusion.checkpoints.network_signs import Shapes

_STAGES = ("block_out_channels", "encoder_block_out_channels")
"""Settings of VAEs with a number for each of their stages, which each but the first halve an image."""
_HALVINGS = "temperal_downsample"
"""The same of VAEs for videos, for each halving alone."""
_CHANNELS = ("latent_channels", "z_dim")
_FIRST_LAYERS = ("decoder.conv_in.weight", "decoder.conv1.weight")
"""First layers of decoders, in the layouts of diffusers and of the makers."""
_PATCHED = "bn.running_mean"
"""In a VAE whose latents' patches of 2 x 2 become channels, as Flux.2's."""
_PATCHED_CLASS = "AutoencoderKLFlux2"


@dataclass(frozen=True)
class LatentShape:
    """The shape of a VAE's latents.

    Attributes:
        channels: Number of channels, as the model that uses them counts them; 0 if unknown.
        factor: Pixels per latent pixel and side; 0 if unknown.
    """

    channels: int = 0
    factor: int = 0

    def fits(self, other: "LatentShape") -> bool:
        """Returns False if two shapes are known to differ."""
        pairs = ((self.channels, other.channels), (self.factor, other.factor))
        return all(one == two or 0 in (one, two) for one, two in pairs)

    def __str__(self) -> str:
        parts = [f"{self.channels} channels"] if self.channels else []
        parts += [f"1/{self.factor} of an image's size"] if self.factor else []
        return " and ".join(parts)


UNKNOWN = LatentShape()


def shape_of_config(config: Mapping[str, Any]) -> LatentShape:
    """Returns the latent shape of a VAE of diffusers, by its config."""
    patch = 2 if config.get("_class_name") == _PATCHED_CLASS else 1
    channels = next((config[name] for name in _CHANNELS if isinstance(config.get(name), int)), 0)
    stages = next((config[name] for name in _STAGES if isinstance(config.get(name), list)), None)
    halvings = len(stages) - 1 if stages else None
    if isinstance(config.get(_HALVINGS), list):
        halvings = len(config[_HALVINGS])
    is_known = halvings is not None and 0 <= halvings < _MOST_HALVINGS
    return LatentShape(channels * patch**2, 2 ** (halvings or 0) * patch if is_known else 0)


_MOST_HALVINGS = 16


def shape_of_file(shapes: Shapes) -> LatentShape:
    """Returns the latent shape of a VAE in a file, by its header; its factor is not known."""
    for layer in _FIRST_LAYERS:
        for name, shape in shapes.items():
            if name.endswith(layer) and len(shape) >= 4:
                is_patched = any(other.endswith(_PATCHED) for other in shapes)
                return LatentShape(shape[1] * (4 if is_patched else 1))
    return UNKNOWN
