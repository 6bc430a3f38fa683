"""`IPAdapter`: the networks of an IP-Adapter; `load_adapter` loads them."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.identify import base_of_width
from animator.models.diffusion.ip_adapter.attention import Weights, cross_attentions
from animator.models.diffusion.ip_adapter.facts import AdapterFacts
from animator.models.diffusion.ip_adapter.find import FoundAdapter
from animator.models.diffusion.load_pipeline import quiet_diffusers
from animator.models.weights import read_tensors

PROJECTION, LAYERS = "image_proj.", "ip_adapter."


class IPAdapter(nn.Module):
    """A loaded adapter.

    Attributes:
        projection: diffusers' image projection: turns what the encoder says of an image into tokens.
        facts: What it takes.
    """

    def __init__(self, projection: Any, layers: Iterable[tuple[Tensor, Tensor]], facts: AdapterFacts) -> None:
        """Takes over networks.

        Args:
            projection: The image projection.
            layers: For each cross attention of the U-Net, the weights (inner, width) of keys and values.
            facts: What it takes.
        """
        super().__init__()
        self.projection = projection
        self.facts = facts
        self._layers = nn.ParameterList(weight for pair in layers for weight in pair)
        self.eval().requires_grad_(requires_grad=False)

    @property
    def layers(self) -> Weights:
        """For each cross attention of the U-Net, the weights (inner, width) of keys and values."""
        weights = list(self._layers)
        return list(zip(weights[::2], weights[1::2], strict=True))

    def forward(self, read: Tensor) -> Tensor:
        """Returns the tokens (1, T, width) of what the encoder says of an image."""
        weight = self._layers[0]
        return torch.as_tensor(self.projection(read.to(weight.device, weight.dtype)))


def load_adapter(found: FoundAdapter, unet: Any) -> IPAdapter:
    """Loads an adapter in the precision and on the device of a U-Net.

    Args:
        found: The adapter.
        unet: The U-Net that will attend to images.

    Raises:
        ModelError: It is broken, or was made for another base.
    """
    _check_base(found, int(unet.config.cross_attention_dim))
    tensors = {name: tensor.to(unet.dtype) for name, tensor in read_tensors(found.path).items()}
    layers = _layers(found, _below(LAYERS, tensors), unet)
    with quiet_diffusers(found.name.model):
        projection = _projection(found, _below(PROJECTION, tensors))
    return IPAdapter(projection, layers, found.facts).to(unet.device, unet.dtype)


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): one for name, one in tensors.items() if name.startswith(prefix)}


def _projection(found: FoundAdapter, state: Mapping[str, Tensor]) -> Any:
    from diffusers.loaders import UNet2DConditionLoadersMixin

    try:
        # Of the U-Net that it is a method of, it asks nothing where it loads without meta tensors.
        return UNet2DConditionLoadersMixin._convert_ip_adapter_image_proj_to_diffusers(
            None, state, low_cpu_mem_usage=False
        )
    except (KeyError, IndexError, ZeroDivisionError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"ip_adapter {found.name.model}: {found.path} is broken: {reason}") from error


def _layers(found: FoundAdapter, state: Mapping[str, Tensor], unet: Any) -> tuple[tuple[Tensor, Tensor], ...]:
    """Returns the weights of keys and values by cross attention.

    A file numbers all attention layers, of which every second one is a cross attention.
    """
    attentions = cross_attentions(unet)
    pairs: list[tuple[Tensor, Tensor]] = []
    for number, attention in enumerate(attentions):
        names = (f"{2 * number + 1}.to_k_ip.weight", f"{2 * number + 1}.to_v_ip.weight")
        wanted = attention.to_k.weight.shape
        if any(name not in state or state[name].shape != wanted for name in names):
            raise ModelError(
                f"ip_adapter {found.name.model}: {found.path} does not fit the model: {LAYERS}{names[0]} is "
                "missing or of another size; it was made for another base"
            )
        pairs.append((state[names[0]], state[names[1]]))
    return tuple(pairs)


def _check_base(found: FoundAdapter, own: int) -> None:
    width = found.facts.context_width
    if width != own:
        raise ModelError(
            f"ip_adapter {found.name.model}: was made for {base_of_width(width)}; the model is "
            f"{base_of_width(own)}. Use an IP-Adapter and a model of one base"
        )
