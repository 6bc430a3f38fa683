"""LoRA files: LoRA, LoCon, LoHa, LoKr, DoRA and full differences -> what each adds to a layer's weights."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.flux_keys import Rows, flux_targets
from animator.models.diffusion.checkpoints.identify import FAMILY_NAMES, identify
from animator.models.diffusion.checkpoints.lora_keys import split_name
from animator.models.weights import read_tensors

Layer = tuple[str, str]
"""The part of the model and the flat path of a layer in it; see `lora_names`."""


@dataclass(frozen=True, eq=False)
class Addition:
    """What a file adds to one layer.

    Attributes:
        tensors: The file's tensors by role.
        rows: Which rows of what they make; empty: all.
    """

    tensors: Mapping[str, Tensor]
    rows: tuple[Rows, ...] = ()

    def change(self, weight: Tensor) -> Tensor:
        """What is added to a layer at weight 1.

        Args:
            weight: The layer's own weights, single precision; DoRA turns them.

        Raises:
            ValueError: It has another shape than the weights.
        """
        change = _change(
            {
                role: tensor if role == "alpha" else tensor.to(weight.device, torch.float32)
                for role, tensor in self.tensors.items()
                if role != "dora_scale"
            }
        )
        if self.rows:
            change = torch.cat([change[rows.within(change.shape[0])] for rows in self.rows])
        if change.numel() != math.prod(weight.shape) or change.shape[0] != weight.shape[0]:
            raise ValueError(f"has shape {tuple(change.shape)}, the model's {tuple(weight.shape)}")
        change = change.reshape(weight.shape)
        if "dora_scale" not in self.tensors:
            return change
        return _turned(weight + change, self._magnitudes(weight)) - weight

    def _magnitudes(self, weight: Tensor) -> Tensor:
        """DoRA's magnitudes, shaped for the weights: one per output, or in LyCORIS' files per input."""
        given = self.tensors["dora_scale"].to(weight.device, torch.float32)
        is_per_input = given.ndim > 1 and given.shape[0] == 1 and given.numel() == weight.shape[1]
        if is_per_input and not self.rows:
            return given.reshape(1, -1, *(1,) * (weight.ndim - 2))
        if self.rows:
            given = torch.cat([given[rows.within(given.shape[0])] for rows in self.rows])
        if given.numel() != weight.shape[0]:
            raise ValueError(f"has {given.numel()} magnitudes (DoRA), the model's {weight.shape[0]} rows")
        return given.reshape(-1, *(1,) * (weight.ndim - 1))


def _turned(weight: Tensor, magnitudes: Tensor) -> Tensor:
    """The weights with these lengths (Liu et al. 2024, equation 5)."""
    over = [axis for axis in range(weight.ndim) if magnitudes.shape[axis] == 1]
    lengths = torch.linalg.vector_norm(weight, dim=over, keepdim=True)
    return torch.as_tensor(weight * (magnitudes / lengths))


@dataclass(frozen=True, eq=False)
class LoraFile:
    """What a file adds.

    Attributes:
        path: The file.
        family: The base model it says it was made for; empty where it does not say.
        layers: What it adds to each layer.
    """

    path: Path
    family: str
    layers: Mapping[Layer, Addition]

    @property
    def changes_texts(self) -> bool:
        """True where it adds to a text encoder."""
        return any(part.startswith("text_encoder") for part, _ in self.layers)

    def change(self, layer: Layer, weight: Tensor) -> Tensor:
        """What the file adds to the weights of a layer at weight 1, single precision, of the weights' shape.

        Raises:
            ModelError: It has another shape: the file is for another base model.
        """
        try:
            return self.layers[layer].change(weight)
        except ValueError as error:
            raise ModelError(
                f"{self.path}: this LoRA does not fit the model: its {layer[1]} {error}; it was made for "
                f"{FAMILY_NAMES[self.family] if self.family else 'another base model'}"
            ) from error


def read_lora(path: Path) -> LoraFile:
    """The LoRA in a file; its tensors stay on the CPU.

    Raises:
        ModelError: The file is broken, no LoRA, or of a form that is not supported.
    """
    kind = identify(path)
    if kind.what != "lora":
        raise ModelError(f"{path}: is no LoRA but a file of kind {kind}")
    tensors: dict[Layer, dict[str, Tensor]] = defaultdict(dict)
    strange: list[str] = []
    for name, tensor in read_tensors(path).items():
        found = split_name(name)
        if found is None:
            strange.append(name)
            continue
        part, flat, role = found
        # A bias is looked up like a layer of its own.
        key, role = ((part, f"{flat}_bias"), "diff") if role == "diff_b" else ((part, flat), role)
        tensors[key][role] = tensor
    if not tensors:
        raise ModelError(f"{path}: is a LoRA in a layout that is not known, with names such as {strange[0]}")
    layers: dict[Layer, Addition] = {}
    for key, own in tensors.items():
        for layer, rows in _targets(key, kind.family):
            layers[layer] = Addition(own, rows)
    return LoraFile(path, kind.family, layers)


def _targets(layer: Layer, family: str) -> Iterator[tuple[Layer, tuple[Rows, ...]]]:
    """The layers of a model that a layer of a file is."""
    part, flat = layer
    found = flux_targets(flat) if family == "flux" and part in ("unet", "transformer") else None
    if found is None:
        yield layer, ()
        return
    yield from ((("transformer", name), rows) for name, rows in found)


def _change(tensors: Mapping[str, Tensor]) -> Tensor:
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
