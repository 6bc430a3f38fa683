"""Hypernetwork files as A1111 writes them: networks of torch's modules, saved as it saves them."""

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn

ACTIVATIONS = {
    "relu": nn.ReLU,
    "leakyrelu": nn.LeakyReLU,
    "elu": nn.ELU,
    "swish": nn.Hardswish,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "mish": nn.Mish,
    "softsign": nn.Softsign,
}


def network(
    width: int,
    structure: Sequence[float] = (1, 2, 1),
    activation: str | None = None,
    *,
    norm: bool = False,
    dropout: bool = False,
    activate_output: bool = True,
) -> nn.Sequential:
    """The layers of one width for keys or values, with random weights."""
    layers: list[nn.Module] = []
    for index, (inputs, outputs) in enumerate(itertools.pairwise(structure)):
        layers.append(nn.Linear(int(width * inputs), int(width * outputs)))
        is_last = index == len(structure) - 2
        if activation in ACTIVATIONS and not (is_last and not activate_output):
            layers.append(ACTIVATIONS[activation]())
        if norm:
            layers.append(nn.LayerNorm(int(width * outputs)))
        if dropout and not is_last:
            layers.append(nn.Dropout(0.3))
    made = nn.Sequential(*layers).eval()
    with torch.no_grad():
        for weight in made.parameters():
            weight.copy_(torch.randn(weight.shape) * (0.3 if weight.ndim < 2 else weight.shape[1] ** -0.5))
    return made


Networks = dict[int, tuple[nn.Sequential, nn.Sequential]]


def pair(width: int, seed: int = 0, **form: Any) -> tuple[nn.Sequential, nn.Sequential]:
    """Networks for keys and values."""
    with torch.random.fork_rng(devices=[]):
        torch.random.manual_seed(seed + width)
        return network(width, **form), network(width, **form)


def states(networks: Networks) -> dict[Any, Any]:
    def state(net: nn.Sequential) -> dict[str, torch.Tensor]:
        return {f"linear.{name}": tensor for name, tensor in net.state_dict().items()}

    return {width: (state(keys), state(values)) for width, (keys, values) in networks.items()}


def pickled(networks: Networks, path: Path, **settings: Any) -> Path:
    """A1111's own file."""
    about = {"step": 1000, "name": "ink", "sd_checkpoint": "1234", "optional_info": None}
    torch.save({**states(networks), **about, **settings}, path)
    return path


def safetensors(networks: Networks, path: Path, **settings: Any) -> Path:
    """The same networks with flat names."""
    tensors = {
        f"{width}.{which}.{name}": tensor.contiguous()
        for width, both in states(networks).items()
        for which, state in enumerate(both)
        for name, tensor in state.items()
    }
    save_file(
        tensors,
        path,
        {key: value if isinstance(value, str) else json.dumps(value) for key, value in settings.items()},
    )
    return path
