"""Merges LoRA files into a model's weights, with LoRA weights that may change at every frame.

The deltas are added to the weights themselves: the U-Net runs as fast as without LoRA and stays compiled.
The original weights of changed layers are kept, and every merge starts from them, so nothing accumulates and
a weight of 0 restores the original bits.

Weights that are packed (fp8, GGUF) cannot take a delta without being packed again. Their layers add it
whenever they unpack their weights, with the same result: the files' factors are multiplied at each call.
"""

import logging
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from animator.core.log_collector import warn_once
from animator.core.lru_cache import LRUCache
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.identify import FAMILY_NAMES
from animator.models.diffusion.lora.load import Layer, LoraFile, read_lora
from animator.models.diffusion.network_files.packed import Change, PackedLinear

FILES_KEPT = 16

log = logging.getLogger(__name__)

Weights = tuple[tuple[Path, float, float], ...]
"""LoRA files with their weights for the text encoders and for the U-Net."""


class LoraLayers:
    """The layers of one model by their names in LoRA files, and the LoRA files merged into them."""

    def __init__(self, name: str, family: str, parts: Mapping[str, Any]) -> None:
        """Starts without any LoRA.

        Args:
            name: The model's name, for messages.
            family: The model's family, a key of `identify.FAMILY_NAMES`.
            parts: The model's modules by name: "unet", "transformer", "text_encoder" (also with _2, _3).
        """
        self._name = name
        self._family = family
        self._layers = {
            (part, flat): weight
            for part, model in parts.items()
            for path, module in model.named_modules()
            for flat, weight in _weights(path, module)
        }
        self._packed: dict[Layer, PackedLinear] = {
            (part, _flat(path)): module
            for part, model in parts.items()
            for path, module in model.named_modules()
            if isinstance(module, PackedLinear)
        }
        self._files: LRUCache[Path, LoraFile] = LRUCache(FILES_KEPT)
        self._ignored: dict[Path, str] = {}
        self._originals: dict[Layer, Tensor] = {}
        self._applied: Weights = ()

    @torch.no_grad()
    def apply(self, weights: Weights) -> None:
        """Merges exactly these LoRA files into the model; others are removed.

        Raises:
            ModelError: A file is missing, broken or does not fit the model, which then stays unchanged.
        """
        if weights != self._applied:
            self._replace(weights)
        for path, _, _ in weights:  # also where a film before this one had the file merged already
            if path in self._ignored:
                warn_once(log, "%s", self._ignored[path])

    def _replace(self, weights: Weights) -> None:
        files = [(self._file(path), text, image) for path, text, image in weights]
        touched = {layer for lora, _, _ in files for layer in lora.layers if layer in self._layers}
        for layer in self._originals.keys() - touched:
            self._layers[layer].copy_(self._originals.pop(layer))
        for layer in touched - self._packed.keys():
            self._layers[layer].copy_(self._merge(layer, files))
        for layer, packed in self._packed.items():
            packed.change = _change(layer, files, packed.packed.device) if layer in touched else None
        self._applied = weights

    @property
    def text_state(self) -> tuple[tuple[Path, float], ...]:
        """The LoRA files merged into the text encoders; equal states encode equally."""
        return tuple(
            (path, text) for path, text, _ in self._applied if text and self._file(path).changes_texts
        )

    def _merge(self, layer: Layer, files: list[tuple[LoraFile, float, float]]) -> Tensor:
        current = self._layers[layer]
        if layer not in self._originals:
            self._originals[layer] = current.detach().clone()
        original = self._originals[layer].to(current.device, torch.float32)
        return _changed(layer, _acting(layer, files), original)

    def _file(self, path: Path) -> LoraFile:
        return self._files.get(path, lambda: self._check(read_lora(path, self._family)))

    def _check(self, lora: LoraFile) -> LoraFile:
        """Returns the LoRA after checking that it was made for this model's base."""
        unknown = [layer for layer in lora.layers if layer not in self._layers]
        if len(unknown) == len(lora.layers) and self._family in lora.kind.families:
            raise ModelError(
                f"{lora.path}: this LoRA uses layer names that are not known for "
                f"{FAMILY_NAMES[self._family]}, such as {unknown[0][1]}; use its version for diffusers"
            )
        is_other = bool(lora.kind.family) and self._family not in lora.kind.families
        if is_other or len(unknown) == len(lora.layers):
            raise ModelError(
                f"{lora.path}: this LoRA was made for {lora.kind.made_for}; the model {self._name} is "
                f"{FAMILY_NAMES[self._family]}. Use a LoRA and a model of one base"
            )
        for layer in lora.layers.keys() & self._layers.keys():
            lora.delta(layer, self._layers[layer].to("meta", torch.float32))
        if unknown:
            self._ignored[lora.path] = (
                f"{lora.path}: {len(unknown)} of its {len(lora.layers)} layers are not in the model "
                f"{self._name} and are ignored, such as {unknown[0][1]}"
            )
        return lora


def _acting(layer: Layer, files: list[tuple[LoraFile, float, float]]) -> list[tuple[LoraFile, float]]:
    """Returns the files that change a layer, with their weights."""
    weighted = ((lora, text if layer[0].startswith("text_encoder") else image) for lora, text, image in files)
    return [(lora, weight) for lora, weight in weighted if layer in lora.layers and weight]


def _change(layer: Layer, files: list[tuple[LoraFile, float, float]], device: torch.device) -> Change:
    """Returns what files make of the weights of a packed layer, with their factors on its device."""
    acting = [(lora.only(layer, device), weight) for lora, weight in _acting(layer, files)]
    return partial(_changed, layer, acting)


def _changed(layer: Layer, files: list[tuple[LoraFile, float]], original: Tensor) -> Tensor:
    """Returns the weights of a layer with what files add, float32."""
    weight = original
    for lora, lora_weight in files:
        weight = weight + lora.delta(layer, original) * lora_weight
    return weight


def _flat(path: str) -> str:
    """Returns the path of a module as LoRA files have it."""
    return path.removeprefix("text_model.").replace(".", "_")


def _weights(path: str, module: Any) -> Iterator[tuple[str, Tensor]]:
    """Yields a module's weight and bias by their flat paths, as in LoRA files."""
    flat = _flat(path)
    if isinstance(getattr(module, "weight", None), Tensor):
        yield flat, module.weight
    if isinstance(getattr(module, "bias", None), Tensor):
        yield f"{flat}_bias", module.bias
