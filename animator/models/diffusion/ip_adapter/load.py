"""`IPAdapter`: the networks of an IP-Adapter; `load_adapter` loads them."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.identify import base_of_width
from animator.models.diffusion.ip_adapter.attention import Layers, cross_attentions
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

    def __init__(
        self, projection: Any, layers: Iterable[tuple[nn.Linear, nn.Linear]], facts: AdapterFacts
    ) -> None:
        """Takes over networks.

        Args:
            projection: The image projection.
            layers: For each attention, those that make keys and values.
            facts: What it takes.
        """
        super().__init__()
        self.projection = projection
        self.facts = facts
        self._layers = nn.ModuleList(layer for pair in layers for layer in pair)
        self.eval().requires_grad_(requires_grad=False)

    @property
    def layers(self) -> Layers:
        """For each attention, the layers that make keys and values of tokens."""
        layers: list[Any] = list(self._layers)
        return list(zip(layers[::2], layers[1::2], strict=True))

    @property
    def dtype(self) -> torch.dtype:
        """Its precision."""
        return next(self._layers.parameters()).dtype

    def forward(self, read: Tensor) -> Tensor:
        """Returns the tokens (1, T, width) of what the encoder says of an image."""
        weight = next(self._layers.parameters())
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
    layers = _layers(found, below(LAYERS, tensors), unet)
    from diffusers.loaders import UNet2DConditionLoadersMixin

    projection = load_projection(found, below(PROJECTION, tensors), UNet2DConditionLoadersMixin)
    return IPAdapter(projection, layers, found.facts).to(unet.device, unet.dtype)


def below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Returns the tensors whose names begin with a prefix, without it."""
    return {name.removeprefix(prefix): one for name, one in tensors.items() if name.startswith(prefix)}


def load_projection(found: FoundAdapter, state: Mapping[str, Tensor], loaders: Any) -> Any:
    """Returns diffusers' image projection with an adapter's tensors.

    Args:
        found: The adapter.
        state: Tensors of the projection.
        loaders: diffusers' class whose method converts them.

    Raises:
        ModelError: They are broken.
    """
    with quiet_diffusers(found.name.model):
        try:
            # Of the network that it is a method of, it asks nothing where it loads without meta tensors.
            return loaders._convert_ip_adapter_image_proj_to_diffusers(None, state, low_cpu_mem_usage=False)
        except (AttributeError, KeyError, IndexError, ZeroDivisionError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ModelError(f"ip_adapter {found.name.model}: {found.path} is broken: {reason}") from error


def linear(weight: Tensor, bias: Tensor | None = None) -> nn.Linear:
    """Returns a layer of a weight (outputs, inputs) and, if there is one, a bias (outputs,)."""
    made = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None, device="meta")
    state = {"weight": weight} if bias is None else {"weight": weight, "bias": bias}
    made.load_state_dict(state, assign=True)
    return made


def _layers(found: FoundAdapter, state: Mapping[str, Tensor], unet: Any) -> Layers:
    """Returns the layers of keys and values by cross attention.

    A file numbers all attention layers, of which every second one is a cross attention.
    """
    attentions = cross_attentions(unet)
    pairs: list[tuple[nn.Linear, nn.Linear]] = []
    for number, attention in enumerate(attentions):
        names = (f"{2 * number + 1}.to_k_ip.weight", f"{2 * number + 1}.to_v_ip.weight")
        wanted = attention.to_k.weight.shape
        if any(name not in state or state[name].shape != wanted for name in names):
            raise does_not_fit(found, names[0])
        pairs.append((linear(state[names[0]]), linear(state[names[1]])))
    return pairs


def does_not_fit(found: FoundAdapter, layer: str) -> ModelError:
    """Returns the error of an adapter one of whose layers is missing or of another size."""
    return ModelError(
        f"ip_adapter {found.name.model}: {found.path} does not fit the model: {LAYERS}{layer} is missing or "
        "of another size; it was made for another base"
    )


def _check_base(found: FoundAdapter, own: int) -> None:
    width = found.facts.context_width
    if width != own:
        raise ModelError(
            f"ip_adapter {found.name.model}: was made for {base_of_width(width)}; the model is "
            f"{base_of_width(own)}. Use an IP-Adapter and a model of one base"
        )
