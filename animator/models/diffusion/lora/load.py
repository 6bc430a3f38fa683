"""Reads LoRA, LoCon, LoHa, LoKr, DoRA and full-difference files as deltas of a layer's weights."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.identify import Kind, identify
from animator.models.diffusion.checkpoints.layer_names import LAYER_NAMES, Rows
from animator.models.diffusion.checkpoints.lora_keys import split_key
from animator.models.weights import read_tensors

_BIAS = "_bias"
Layer = tuple[str, str]
"""A module of the model and the flat path of a layer in it; see `lora_keys`."""


@dataclass(frozen=True, eq=False)
class LayerDelta:
    """Change of one layer by a LoRA file.

    Attributes:
        tensors: The file's tensors by role, such as "up", "down" and "alpha".
        rows: Which rows of the delta this layer gets; empty for all.
    """

    tensors: Mapping[str, Tensor]
    rows: tuple[Rows, ...] = ()

    def delta(self, weight: Tensor) -> Tensor:
        """Returns the delta of a layer's weights at LoRA weight 1.

        Args:
            weight: The layer's original weights, float32, which DoRA rescales.

        Raises:
            ValueError: The delta's shape is not that of the weights.
        """
        delta = _delta(
            {
                role: tensor if role == "alpha" else tensor.to(weight.device, torch.float32)
                for role, tensor in self.tensors.items()
                if role != "dora_scale"
            }
        )
        if self.rows:
            delta = torch.cat([delta[rows.within(delta.shape[0])] for rows in self.rows])
        if delta.numel() != math.prod(weight.shape) or delta.shape[0] != weight.shape[0]:
            raise ValueError(f"has shape {tuple(delta.shape)}, the model's {tuple(weight.shape)}")
        delta = delta.reshape(weight.shape)
        if "dora_scale" not in self.tensors:
            return delta
        return _normalize(weight + delta, self._magnitudes(weight)) - weight

    def _magnitudes(self, weight: Tensor) -> Tensor:
        """Returns DoRA's magnitudes, shaped for the weights: per output, or per input in LyCORIS files."""
        magnitudes = self.tensors["dora_scale"].to(weight.device, torch.float32)
        is_per_input = (
            magnitudes.ndim > 1 and magnitudes.shape[0] == 1 and magnitudes.numel() == weight.shape[1]
        )
        if is_per_input and not self.rows:
            return magnitudes.reshape(1, -1, *(1,) * (weight.ndim - 2))
        if self.rows:
            magnitudes = torch.cat([magnitudes[rows.within(magnitudes.shape[0])] for rows in self.rows])
        if magnitudes.numel() != weight.shape[0]:
            raise ValueError(
                f"has {magnitudes.numel()} magnitudes (DoRA), the model's {weight.shape[0]} rows"
            )
        return magnitudes.reshape(-1, *(1,) * (weight.ndim - 1))


def _normalize(weight: Tensor, magnitudes: Tensor) -> Tensor:
    """Returns the weights normalized to these magnitudes (Liu et al. 2024, equation 5)."""
    axes = [axis for axis in range(weight.ndim) if magnitudes.shape[axis] == 1]
    norms = torch.linalg.vector_norm(weight, dim=axes, keepdim=True)
    return torch.as_tensor(weight * (magnitudes / norms))


@dataclass(frozen=True, eq=False)
class LoraFile:
    """A LoRA file.

    Attributes:
        path: The file.
        kind: What it is, with the base models that it was made for.
        layers: What it adds to each layer.
    """

    path: Path
    kind: Kind
    layers: Mapping[Layer, LayerDelta]

    @property
    def changes_texts(self) -> bool:
        """True if it changes a text encoder."""
        return any(part.startswith("text_encoder") for part, _ in self.layers)

    @property
    def _is_certain(self) -> bool:
        return len(self.kind.families) == 1

    def only(self, layer: Layer, device: torch.device) -> "LoraFile":
        """Returns what the file has for one layer, on a device."""
        one = self.layers[layer]
        tensors = {role: tensor.to(device) for role, tensor in one.tensors.items()}
        return LoraFile(self.path, self.kind, {layer: LayerDelta(tensors, one.rows)})

    def delta(self, layer: Layer, weight: Tensor) -> Tensor:
        """Returns the float32 delta of a layer's weights at LoRA weight 1, in the weights' shape.

        Raises:
            ModelError: The shapes differ: the file is for another base model.
        """
        try:
            return self.layers[layer].delta(weight)
        except ValueError as error:
            raise ModelError(
                f"{self.path}: this LoRA does not fit the model: its {layer[1]} {error}; it was made for "
                f"{self.kind.made_for if self._is_certain else 'another base model'}"
            ) from error
        except (LookupError, ArithmeticError, RuntimeError, TypeError) as error:
            tensors = ", ".join(
                f"{role} {tuple(tensor.shape)}" for role, tensor in self.layers[layer].tensors.items()
            )
            raise ModelError(
                f"{self.path}: this LoRA is broken: its {layer[1]} has {tensors}, which make no change of "
                "the layer's weights; download or copy it again"
            ) from error


def read_lora(path: Path, family: str) -> LoraFile:
    """Reads a LoRA file; its tensors stay on the CPU.

    Args:
        path: The file.
        family: The model's family, which names the layers of a file that fits several.

    Raises:
        ModelError: The file is broken, not a LoRA, or in an unsupported layout.
    """
    kind = identify(path)
    if kind.what != "lora":
        raise ModelError(f"{path}: is not a LoRA but a file of kind {kind}")
    tensors: dict[Layer, dict[str, Tensor]] = defaultdict(dict)
    unknown: list[str] = []
    for name, tensor in read_tensors(path).items():
        key = split_key(name)
        if key is None:
            unknown.append(name)
            continue
        part, flat, role = key
        # A bias is looked up like a separate layer.
        layer, role = ((part, f"{flat}{_BIAS}"), "diff") if role == "diff_b" else ((part, flat), role)
        tensors[layer][role] = tensor
    if not tensors:
        raise ModelError(f"{path}: is a LoRA in an unknown layout, with names such as {unknown[0]}")
    layers: dict[Layer, LayerDelta] = {}
    for layer, by_role in tensors.items():
        for target, rows in _targets(layer, family if family in kind.families else kind.family):
            layers[target] = LayerDelta(by_role, rows)
    return LoraFile(path, kind, layers)


def _targets(layer: Layer, family: str) -> Iterator[tuple[Layer, tuple[Rows, ...]]]:
    """Yields the model's layers that correspond to a layer of a file, with their rows."""
    part, flat = layer
    if family not in LAYER_NAMES or part not in ("unet", "transformer"):
        yield layer, ()
        return
    is_bias = flat.endswith(_BIAS)
    for name, rows in LAYER_NAMES[family].targets(flat.removesuffix(_BIAS)) or ((flat, ()),):
        yield ("transformer", f"{name}{_BIAS}" if is_bias and name != flat else name), rows


def _delta(tensors: Mapping[str, Tensor]) -> Tensor:
    if "diff" in tensors:
        return tensors["diff"]
    if "up" in tensors:
        return _low_rank(tensors) * _scale(tensors, tensors["down"].shape[0])
    if "hada_w1_a" in tensors:
        product = _hadamard(tensors, "w1", "t1") * _hadamard(tensors, "w2", "t2")
        return product * _scale(tensors, tensors["hada_w1_b"].shape[0])
    return _kronecker(tensors)


def _scale(tensors: Mapping[str, Tensor], rank: int) -> float:
    return float(tensors["alpha"]) / rank if "alpha" in tensors else 1.0


def _low_rank(tensors: Mapping[str, Tensor]) -> Tensor:
    up, down = tensors["up"], tensors["down"]
    if "mid" in tensors:
        return torch.einsum("o p x y, p q i j, q c x y -> o c i j", up, tensors["mid"], down)
    return (up.flatten(1) @ down.flatten(1)).reshape(up.shape[0], *down.shape[1:])


def _hadamard(tensors: Mapping[str, Tensor], which: str, core: str) -> Tensor:
    a, b = tensors[f"hada_{which}_a"], tensors[f"hada_{which}_b"]
    if f"hada_{core}" in tensors:
        return torch.einsum("p q x y, p o, q c -> o c x y", tensors[f"hada_{core}"], a, b)
    return a @ b


def _kronecker(tensors: Mapping[str, Tensor]) -> Tensor:
    rank = 0
    if "lokr_w1" in tensors:
        first = tensors["lokr_w1"]
    else:
        first, rank = tensors["lokr_w1_a"] @ tensors["lokr_w1_b"], tensors["lokr_w1_b"].shape[0]
    if "lokr_w2" in tensors:
        second = tensors["lokr_w2"]
    else:
        a, b = tensors["lokr_w2_a"], tensors["lokr_w2_b"]
        rank = b.shape[0]
        core = tensors.get("lokr_t2")
        second = a @ b if core is None else torch.einsum("p q x y, p o, q c -> o c x y", core, a, b)
    if second.ndim == 4:
        first = first[:, :, None, None]
    product = torch.kron(first, second.contiguous())
    return product * (_scale(tensors, rank) if rank else 1.0)
