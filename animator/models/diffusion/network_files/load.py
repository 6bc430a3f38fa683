"""Loads the network of a flow-matching model from one file, in the layout of its makers or of diffusers."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.flow_families import FlowFamily
from animator.models.diffusion.checkpoints.original_layouts import diffusers_names, network_prefix
from animator.models.diffusion.checkpoints.parts import NETWORK
from animator.models.diffusion.network_files.packed import PackedLinear, Stored
from animator.models.diffusion.network_files.read import read_stored

_SHIFT_FIRST = "AdaLayerNormContinuous"
"""Layers of diffusers that have the scale before the shift, where the makers' have it after."""

_OTHER = "the folder describes another version of the model: name one of its version in diffusion.parts"


def load_network(path: Path, family: FlowFamily, parts: Path, dtype: torch.dtype) -> Any:
    """Returns a network, on the CPU. Packed weights of linear layers stay packed, all else has `dtype`.

    Args:
        path: A .safetensors or GGUF file.
        family: The family of the network.
        parts: Diffusers folder with the network's config.
        dtype: What the network computes in.

    Raises:
        ModelError: The file is broken, or is not of the network that the folder describes.
    """
    import diffusers
    from accelerate import init_empty_weights

    kind = getattr(diffusers, family.transformer)
    config = kind.load_config(str(parts), subfolder=NETWORK, local_files_only=True)
    with init_empty_weights():
        network = kind.from_config(config)
    tensors = _by_diffusers_names(path, network, family)
    _check_all_there(path, network, tensors, parts)
    _fill(path, network, tensors, dtype)
    return network.eval().requires_grad_(requires_grad=False)


def _by_diffusers_names(path: Path, network: nn.Module, family: FlowFamily) -> dict[str, Stored]:
    stored = read_stored(path)
    prefix = network_prefix(stored)
    expected = network.state_dict()
    tensors: dict[str, Stored] = {}
    for name, tensor in stored.items():
        if not name.startswith(prefix):
            continue  # a text encoder or VAE beside the network
        own = name.removeprefix(prefix)
        if own in expected:
            tensors[own] = tensor
        else:
            tensors |= _renamed(path, own, tensor, family, network, expected)
    return tensors


def _renamed(
    path: Path,
    name: str,
    tensor: Stored,
    family: FlowFamily,
    network: nn.Module,
    expected: Mapping[str, Tensor],
) -> Iterator[tuple[str, Stored]]:
    names = diffusers_names(name, family.key)
    if len(names) == 1:
        (only,) = names
        yield only, tensor.swapped() if _is_swapped(network, only) else tensor
        return
    rows = [expected[target].shape[0] if target in expected else 0 for target in names]
    if names and sum(rows) != tensor.rows:
        raise ModelError(
            f"{path}: {name} has {tensor.rows} rows; expected {sum(rows)}, those of {', '.join(names)}; "
            f"{_OTHER}"
        )
    first = 0
    for target, count in zip(names, rows, strict=True):
        yield target, tensor.part(first, count)
        first += count


def _is_swapped(network: nn.Module, name: str) -> bool:
    module = network
    for part in name.split(".")[:-2]:
        module = getattr(module, part, module)
    return type(module).__name__ == _SHIFT_FIRST


def _check_all_there(path: Path, network: nn.Module, tensors: Mapping[str, Stored], parts: Path) -> None:
    expected = network.state_dict()
    where = f"the network that {parts / NETWORK} describes"
    if missing := [name for name in expected if name not in tensors]:
        raise ModelError(
            f"{path}: lacks {len(missing)} tensors of {where}, such as {missing[0]}; the file is broken, or "
            f"{_OTHER}"
        )
    if unknown := [name for name in tensors if name not in expected]:
        raise ModelError(
            f"{path}: has {len(unknown)} tensors that are not in {where}, such as {unknown[0][:100]}; "
            f"{_OTHER}"
        )


def _fill(path: Path, network: nn.Module, tensors: dict[str, Stored], dtype: torch.dtype) -> None:
    """Gives a network without weights those of a file."""
    plain: dict[str, Tensor] = {}
    expected = network.state_dict()
    for layer_name, layer in list(network.named_modules()):
        weight = tensors.get(f"{layer_name}.weight")
        if isinstance(layer, nn.Linear) and weight is not None and weight.packing is not None:
            bias = tensors.pop(f"{layer_name}.bias", None)
            _check_shape(path, f"{layer_name}.weight", layer.weight, weight.part(0, 1).numbers(), weight.rows)
            packed = PackedLinear(
                weight,
                (layer.out_features, layer.in_features),
                None if bias is None else bias.numbers(),
                dtype,
            )
            owner, _, own = layer_name.rpartition(".")
            setattr(network.get_submodule(owner), own, packed)
            del tensors[f"{layer_name}.weight"]
    for name, stored in tensors.items():
        # A copy: the file may change while the network is in use, and its tensors begin anywhere in memory.
        plain[name] = _shaped(path, name, stored.numbers(), expected[name].shape).to(dtype, copy=True)
    network.load_state_dict(plain, strict=False, assign=True)


def _check_shape(path: Path, name: str, expected: Tensor, first_row: Tensor, rows: int) -> None:
    shape = (rows, *first_row.shape[1:])
    if shape != tuple(expected.shape):
        raise _wrong_shape(path, name, shape, tuple(expected.shape))


def _shaped(path: Path, name: str, tensor: Tensor, shape: torch.Size) -> Tensor:
    """Returns a tensor in a shape that differs by sides of 1, or by being flat, at most."""
    sides = [side for side in tensor.shape if side > 1]
    if tensor.numel() == shape.numel() and (len(sides) < 2 or sides == [side for side in shape if side > 1]):
        return tensor.reshape(shape)
    raise _wrong_shape(path, name, tuple(tensor.shape), tuple(shape))


def _wrong_shape(path: Path, name: str, shape: tuple[int, ...], expected: tuple[int, ...]) -> ModelError:
    return ModelError(f"{path}: {name} has the shape {shape}; expected {expected}; {_OTHER}")
