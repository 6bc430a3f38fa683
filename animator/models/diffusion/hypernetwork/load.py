"""Reads hypernetwork files: A1111's .pt files, and .safetensors files with the same names.

A .pt file is a dict. Its whole-number keys are widths of attention inputs, each with two networks, one for
the keys and one for the values; its other keys say how the networks are built. A .safetensors file has
tensors named `768.0.linear.0.weight` (width, 0 for keys or 1 for values, the network's own name), and the
other keys as metadata.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import SAFE, read_header
from animator.models.weights import read_content, read_tensors

Activation = Callable[[Tensor], Tensor]
ACTIVATIONS: Mapping[str, Activation] = {
    "linear": lambda x: x,
    "relu": functional.relu,
    "leakyrelu": functional.leaky_relu,
    "elu": functional.elu,
    "swish": functional.hardswish,  # as A1111 means it
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "mish": functional.mish,
    "silu": functional.silu,
    "gelu": functional.gelu,
    "hardswish": functional.hardswish,
    "hardtanh": functional.hardtanh,
    "hardsigmoid": functional.hardsigmoid,
    "hardshrink": functional.hardshrink,
    "relu6": functional.relu6,
    "celu": functional.celu,
    "selu": functional.selu,
    "softplus": functional.softplus,
    "softshrink": functional.softshrink,
    "softsign": functional.softsign,
    "tanhshrink": functional.tanhshrink,
    "logsigmoid": functional.logsigmoid,
}
"""By A1111's names: those of its own list, and torch's classes in lower case."""
MAX_WIDTH = 65_536
"""Width of an attention input that no model has."""
_NAME = re.compile(r"(\d{1,5})\.([01])\.(.+)", re.ASCII)
_LAYER = re.compile(r"(?:linear\.(\d{1,3})|linear(\d))\.(weight|bias)", re.ASCII)
"""A layer of a network; the oldest files say `linear1` and `linear2`."""


@dataclass(frozen=True, eq=False)
class Layer:
    """A linear layer, or a layer norm.

    Attributes:
        weight: (outputs, inputs), or (width,) for a layer norm.
        bias: (outputs,) or (width,).
        is_activated: True if the activation follows.
    """

    weight: Tensor
    bias: Tensor
    is_activated: bool = False


@dataclass(frozen=True, eq=False)
class Residual:
    """The network of one width for keys or values.

    Attributes:
        layers: Its layers, in order.
        activation: What follows a layer that is activated.
    """

    layers: tuple[Layer, ...]
    activation: Activation

    def like(self, tensor: Tensor) -> "Residual":
        """Returns the network on the device and in the precision of a tensor."""
        layers = tuple(
            Layer(layer.weight.to(tensor), layer.bias.to(tensor), layer.is_activated) for layer in self.layers
        )
        return Residual(layers, self.activation)

    def __call__(self, x: Tensor) -> Tensor:
        """Returns what is added to an attention input (..., width) at strength 1."""
        for layer in self.layers:
            if layer.weight.ndim == 1:
                x = functional.layer_norm(x, layer.weight.shape, layer.weight, layer.bias)
                continue
            x = functional.linear(x, layer.weight, layer.bias)
            x = self.activation(x) if layer.is_activated else x
        return x


@dataclass(frozen=True, eq=False)
class Hypernetwork:
    """A hypernetwork file.

    Attributes:
        path: The file.
        networks: For each width of an attention input, the networks of keys and values.
    """

    path: Path
    networks: Mapping[int, tuple[Residual, Residual]]


def read_hypernetwork(path: Path) -> Hypernetwork:
    """Reads a hypernetwork file; dropout, which matters in training only, is left out.

    Raises:
        ModelError: The file is broken, is no hypernetwork, or has an activation that is not known.
    """
    states, settings = _read_safetensors(path) if path.suffix == SAFE else _read_pickled(path)
    if not states:
        raise ModelError(
            f"{path}: is not a hypernetwork; expected networks by their widths, such as 320 and 768, as "
            "A1111 saves them"
        )
    name = str(settings.get("activation_func") or "linear").strip().lower()
    if name not in ACTIVATIONS:
        raise ModelError(
            f"{path}: this hypernetwork has the activation {name[:40]!r}; known are {', '.join(ACTIVATIONS)}"
        )
    activates_last = str(settings.get("activate_output", True)).strip().lower() != "false"
    return Hypernetwork(
        path,
        {
            width: (
                _residual(path, width, keys, ACTIVATIONS[name], activates_last=activates_last),
                _residual(path, width, values, ACTIVATIONS[name], activates_last=activates_last),
            )
            for width, (keys, values) in states.items()
        },
    )


_State = Mapping[str, Tensor]
_States = Mapping[int, tuple[_State, _State]]


def _read_pickled(path: Path) -> tuple[_States, Mapping[str, Any]]:
    content = read_content(path)
    if not isinstance(content, Mapping):
        return {}, {}
    states: dict[int, tuple[_State, _State]] = {}
    for key, value in content.items():
        if type(key) is int and isinstance(value, list | tuple) and len(value) == 2:
            keys, values = (_tensors(part) for part in value)
            states[key] = keys, values
    return states, {key: value for key, value in content.items() if isinstance(key, str)}


def _tensors(state: object) -> _State:
    """Returns the tensors of a state dict; none where it is something else."""
    if not isinstance(state, Mapping):
        return {}
    return {str(name): tensor for name, tensor in state.items() if isinstance(tensor, Tensor)}


def _read_safetensors(path: Path) -> tuple[_States, Mapping[str, Any]]:
    found: dict[int, tuple[dict[str, Tensor], dict[str, Tensor]]] = defaultdict(lambda: ({}, {}))
    for name, tensor in read_tensors(path).items():
        if match := _NAME.fullmatch(name):
            found[int(match[1])][int(match[2])][match[3]] = tensor
    return found, read_header(path).metadata


def _residual(
    path: Path, width: int, state: _State, activation: Activation, *, activates_last: bool
) -> Residual:
    """Returns the network of a state dict, whose layers are in the order of their numbers.

    Raises:
        ModelError: The layers do not fit together.
    """
    if not 0 < width <= MAX_WIDTH:
        raise _broken(path, width)
    numbered: dict[int, dict[str, Tensor]] = defaultdict(dict)
    for name, tensor in state.items():
        if match := _LAYER.fullmatch(name):
            numbered[int(match[1] or match[2])][match[3]] = tensor.to(torch.float32)
    parts = [numbered[number] for number in sorted(numbered)]
    if not parts or any(set(part) != {"weight", "bias"} or part["weight"].ndim > 2 for part in parts):
        raise _broken(path, width)
    last = max((index for index, part in enumerate(parts) if part["weight"].ndim == 2), default=-1)
    layers = tuple(
        Layer(part["weight"], part["bias"], is_activated=index != last or activates_last)
        for index, part in enumerate(parts)
    )
    residual = Residual(layers, activation)
    try:
        shape = residual(torch.zeros(1, 1, width)).shape
    except (RuntimeError, TypeError) as error:
        raise _broken(path, width) from error
    if shape != (1, 1, width):
        raise _broken(path, width)
    return residual


def _broken(path: Path, width: int) -> ModelError:
    return ModelError(
        f"{path}: this hypernetwork is broken: its layers for width {width} do not fit together; download or "
        "copy it again"
    )
