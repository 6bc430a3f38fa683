"""`HypernetworkTarget`: small networks that change what attention sees, as A1111 makes them."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar, Literal

import torch
from safetensors.torch import save
from torch import Tensor, nn

from animator.core.atomic import atomic_write
from animator.errors import ModelError
from animator.models.diffusion.hypernetwork.load import ACTIVATIONS
from animator.training.finetune.groups import HypernetworkSettings, Initialization
from animator.training.finetune.targets.target import Weights
from animator.training.finetune.trainee import Vectors

_KEYS_AND_VALUES = ("to_k", "to_v")
_SPREAD = 0.01
"""Standard deviation of the first weights, where they are drawn from a normal distribution."""
_Gain = Literal["linear", "relu", "leaky_relu"]
_GAINS: Mapping[str, _Gain] = {"relu": "relu", "leakyrelu": "leaky_relu"}
"""torch's names of the activations by which Kaiming's weights are scaled."""
_INITIALIZERS: Mapping[Initialization, Callable[[Tensor, _Gain, torch.Generator], Tensor]] = {
    "normal": lambda weight, _, generator: nn.init.normal_(weight, 0.0, _SPREAD, generator),
    "xavier-uniform": lambda weight, _, generator: nn.init.xavier_uniform_(weight, generator=generator),
    "xavier-normal": lambda weight, _, generator: nn.init.xavier_normal_(weight, generator=generator),
    "kaiming-uniform": lambda weight, gain, generator: nn.init.kaiming_uniform_(
        weight, nonlinearity=gain, generator=generator
    ),
    "kaiming-normal": lambda weight, gain, generator: nn.init.kaiming_normal_(
        weight, nonlinearity=gain, generator=generator
    ),
}


class _Activation(nn.Module):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._function = ACTIVATIONS[name]

    def forward(self, x: Tensor) -> Tensor:
        return self._function(x)


class HypernetworkTarget:
    """A network for the keys and one for the values of each width of attention inputs."""

    text_weights: ClassVar[Weights] = {}
    vectors: ClassVar[Vectors] = {}

    def __init__(
        self, name: str, unet: Any, settings: HypernetworkSettings, generator: torch.Generator
    ) -> None:
        """Makes the networks, and hooks them into the U-Net.

        Args:
            name: Of the hypernetwork, which its file says.
            unet: The U-Net, on its device.
            settings: What the networks look like.
            generator: Draws their first weights.

        Raises:
            ModelError: The model has no inputs of a width that the settings name.
        """
        self._name, self._settings = name, settings
        found = {layer.in_features for _, layer in _attention(unet)}
        unknown = set(settings.modules) - found
        if unknown:
            raise ModelError(
                f"hypernetwork.modules: {_join(unknown)}: the model's attention has inputs of the widths "
                f"{_join(found)}"
            )
        widths = sorted(settings.modules or found)
        self._networks = nn.ModuleDict(
            {f"{width}_{side}": _network(width, settings, generator) for width in widths for side in (0, 1)}
        ).to(next(unet.parameters()).device)
        self.image_weights: Weights = dict(self._networks.named_parameters())
        for path, layer in _attention(unet):
            side = _KEYS_AND_VALUES.index(path.rpartition(".")[2])
            if layer.in_features in widths:
                layer.register_forward_pre_hook(_added(self._networks[f"{layer.in_features}_{side}"]))

    def write(self, folder: Path, metadata: Mapping[str, str]) -> Path:
        """Writes the hypernetwork: a .safetensors file, or a .pt file in A1111's layout."""
        path = folder / f"{metadata['ss_output_name']}.{self._settings.format}"
        facts = self._facts(metadata)
        if self._settings.format == "safetensors":
            tensors = {
                f"{name.replace('_', '.')}.{key}": value.detach().cpu().contiguous()
                for name, network in self._networks.items()
                for key, value in network.state_dict().items()
            }
            texts = {key: str(value) for key, value in facts.items()}
            atomic_write(path, save(tensors, {**metadata, **texts}))
            return path
        states: dict[Any, Any] = {}
        for name, network in self._networks.items():
            state = {key: value.detach().cpu() for key, value in network.state_dict().items()}
            width = int(name.partition("_")[0])  # keys first, then values
            states[width] = (*states.get(width, ()), state)
        buffer = io.BytesIO()
        torch.save({**states, **facts}, buffer)
        atomic_write(path, buffer.getvalue())
        return path

    def _facts(self, metadata: Mapping[str, str]) -> dict[str, Any]:
        """Returns what a file says about its networks, by A1111's names."""
        settings = self._settings
        return {
            "name": self._name,
            "step": int(metadata["ss_steps"]),
            "layer_structure": list(settings.layers),
            "activation_func": settings.activation,
            "is_layer_norm": settings.layer_norm,
            "weight_initialization": settings.initialization,
            "activate_output": settings.activate_output,
            "last_layer_dropout": bool(settings.dropouts and settings.dropouts[-1]),
            "dropout_structure": list(settings.dropouts) or None,
            "use_dropout": any(settings.dropouts),
            "sd_checkpoint_name": metadata["ss_sd_model_name"],
        }


def _join(widths: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(widths)))


def _attention(unet: Any) -> list[tuple[str, Any]]:
    """Returns the layers that compute keys and values, with their paths."""
    return [
        (path, layer)
        for path, layer in unet.named_modules()
        if path.rpartition(".")[2] in _KEYS_AND_VALUES and ".attn" in path
    ]


def _added(network: nn.Module) -> Any:
    """Returns a hook that adds a network's output to a layer's input."""

    def hook(_layer: nn.Module, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        x, *others = args
        return (x + network(x.to(torch.float32)).to(x.dtype), *others)

    return hook


def _network(width: int, settings: HypernetworkSettings, generator: torch.Generator) -> nn.Module:
    """Makes a network of linear layers, called `linear`, as its names in a file begin."""
    layers: list[nn.Module] = []
    widths = [max(1, round(width * factor)) for factor in settings.layers]
    last = len(widths) - 2
    for index, (before, after) in enumerate(pairwise(widths)):
        linear = nn.Linear(before, after)
        _initialize(linear, settings, generator)
        layers.append(linear)
        if settings.activation != "linear" and (index < last or settings.activate_output):
            layers.append(_Activation(settings.activation))
        if settings.layer_norm:
            layers.append(nn.LayerNorm(after))
        dropout = _dropout(settings.dropouts, index + 1)
        if dropout:
            layers.append(nn.Dropout(dropout))
    return _Residual(layers)


class _Residual(nn.Module):
    """A network whose layers are called `linear.0`, `linear.1` and so on."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        super().__init__()
        self.linear = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_tensor(self.linear(x))


def _dropout(dropouts: Sequence[float], layer: int) -> float:
    return dropouts[layer] if layer < len(dropouts) else 0.0


def _initialize(linear: nn.Linear, settings: HypernetworkSettings, generator: torch.Generator) -> None:
    """Draws a layer's first weights; its bias is 0."""
    nn.init.zeros_(linear.bias)
    initialize = _INITIALIZERS[settings.initialization]
    initialize(linear.weight, _GAINS.get(settings.activation, "linear"), generator)
