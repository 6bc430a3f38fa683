"""LoRA files: LoRA, LoCon, LoHa, LoKr and full differences -> what each adds to a layer's weights."""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from animator.diffusion.file_header import read_tensors
from animator.diffusion.identify import FAMILY_NAMES, identify
from animator.diffusion.lora_names import split_name
from animator.errors import ModelError

Layer = tuple[str, str]
"""The part of the model and the flat path of a layer in it; see `lora_names`."""


@dataclass(frozen=True, eq=False)
class LoraFile:
    """What a file adds.

    Attributes:
        path: The file.
        family: The base model it says it was made for; empty where it does not say.
        layers: The tensors of each layer by role.
    """

    path: Path
    family: str
    layers: Mapping[Layer, Mapping[str, Tensor]]

    @property
    def changes_texts(self) -> bool:
        """True where it adds to a text encoder."""
        return any(part.startswith("text_encoder") for part, _ in self.layers)

    def change(self, layer: Layer, shape: torch.Size, device: torch.device) -> Tensor:
        """What the file adds to the weights of a layer at weight 1, single precision, of the weights' shape.

        Raises:
            ModelError: It has another shape: the file is for another base model.
        """
        tensors = {
            role: tensor if role == "alpha" else tensor.to(device, torch.float32)
            for role, tensor in self.layers[layer].items()
        }
        change = _change(tensors)
        if change.numel() != math.prod(shape) or change.shape[0] != shape[0]:
            raise ModelError(
                f"{self.path}: this LoRA does not fit the model: its {layer[1]} has shape "
                f"{tuple(change.shape)}, the model's {tuple(shape)}; it was made for "
                f"{FAMILY_NAMES[self.family] if self.family else 'another base model'}"
            )
        return change.reshape(shape)


def read_lora(path: Path) -> LoraFile:
    """The LoRA in a file; its tensors stay on the CPU.

    Raises:
        ModelError: The file is broken, no LoRA, or of a form that is not supported.
    """
    kind = identify(path)
    if kind.what != "lora":
        raise ModelError(f"{path}: is no LoRA but a file of kind {kind}")
    layers: dict[Layer, dict[str, Tensor]] = defaultdict(dict)
    strange: list[str] = []
    for name, tensor in read_tensors(path).items():
        found = split_name(name)
        if found is None:
            strange.append(name)
        else:
            layers[found[:2]][found[2]] = tensor
    if not layers:
        raise ModelError(f"{path}: is a LoRA in a layout that is not known, with names such as {strange[0]}")
    if any("dora_scale" in tensors for tensors in layers.values()):
        raise ModelError(f"{path}: is a DoRA file, which is not supported; LoRA, LoCon, LoHa and LoKr are")
    return LoraFile(path, kind.family, dict(layers))


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
