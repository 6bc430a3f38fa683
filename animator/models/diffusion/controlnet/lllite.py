"""ControlNet-LLLite (kohya): small layers in front of a U-Net's attention that read a control image.

Each changed layer has four networks: one turns the control image into tokens, one per place of the image; one
narrows what the layer sees; one joins the two; and one widens the result, which is added to the layer's
input. Files name layers as LoRA files do: `lllite_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q`.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.lora_keys import from_original

PREFIX = "lllite_unet_"
_TENSOR = re.compile(r"lllite_unet_(.+?)\.(conditioning1|down|mid|up)\.(\d+)\.(weight|bias)")
_MOST_CONVOLUTIONS = 8


@dataclass(frozen=True, eq=False)
class LiteLayer:
    """What changes one layer's input.

    Attributes:
        convolutions: Weight and bias of those that read the control image; each steps by its own size.
        down: Weight and bias that narrow the layer's input.
        mid: Those that join it with the image's tokens.
        up: Those that widen the result.
    """

    convolutions: tuple[tuple[Tensor, Tensor], ...]
    down: tuple[Tensor, Tensor]
    mid: tuple[Tensor, Tensor]
    up: tuple[Tensor, Tensor]

    def tokens(self, image: Tensor) -> Tensor:
        """Returns the features (1, C, h, w) of a control image (1, 3, H, W) in [-1, 1]."""
        for index, (weight, bias) in enumerate(self.convolutions):
            image = functional.conv2d(
                image.relu() if index else image, weight, bias, stride=(weight.shape[2], weight.shape[3])
            )
        return image

    def change(self, x: Tensor, tokens: Tensor) -> Tensor:
        """Returns what is added to a layer's input (rows, T, width) at weight 1."""
        narrow = functional.linear(x, *self.down).relu()
        joined = functional.linear(torch.cat([tokens, narrow], dim=-1), *self.mid).relu()
        return functional.linear(joined, *self.up)


class Lite(torch.nn.Module):
    """A ControlNet-LLLite: its layers by the paths of the U-Net's layers that they change."""

    def __init__(self, name: str, layers: Mapping[str, LiteLayer]) -> None:
        """Keeps the layers; they are moved by moving the module."""
        super().__init__()
        self.name = name
        self._paths = tuple(layers)
        self._weights = torch.nn.ParameterList()
        self._places: list[tuple[int, ...]] = []
        for layer in layers.values():
            pairs = [*layer.convolutions, layer.down, layer.mid, layer.up]
            self._places.append(tuple(range(len(self._weights), len(self._weights) + 2 * len(pairs))))
            self._weights.extend(
                torch.nn.Parameter(tensor, requires_grad=False) for pair in pairs for tensor in pair
            )

    @property
    def layers(self) -> dict[str, LiteLayer]:
        """The layers, on the module's device."""
        found: dict[str, LiteLayer] = {}
        for path, places in zip(self._paths, self._places, strict=True):
            tensors = [self._weights[place] for place in places]
            pairs = list(zip(tensors[::2], tensors[1::2], strict=True))
            found[path] = LiteLayer(tuple(pairs[:-3]), pairs[-3], pairs[-2], pairs[-1])
        return found


def read_lite(name: str, tensors: Mapping[str, Tensor], unet: Any) -> Lite:
    """Returns the network of a file's tensors.

    Args:
        name: Of the network, for messages.
        tensors: The file's.
        unet: diffusers' U-Net that it will change.

    Raises:
        ModelError: A layer is incomplete, or is not in the U-Net in this size.
    """
    widths = {
        path.replace(".", "_"): (path, getattr(layer, "in_features", 0))
        for path, layer in unet.named_modules()
    }
    parts: dict[str, dict[tuple[str, int, str], Tensor]] = defaultdict(dict)
    for key, tensor in tensors.items():
        if match := _TENSOR.fullmatch(key):
            parts[match[1]][match[2], int(match[3]), match[4]] = tensor.to(unet.dtype)
    layers: dict[str, LiteLayer] = {}
    for flat, own in parts.items():
        path, width = widths.get(from_original(flat), ("", 0))
        layer = _layer(name, flat, own)
        if not path or layer.down[0].shape[-1] != width:
            raise ModelError(
                f"controlnet {name}: this ControlNet-LLLite changes the layer {flat} of width "
                f"{layer.down[0].shape[-1]}, which the model does not have; it was made for another base"
            )
        layers[path] = layer
    if not layers:
        raise ModelError(f"controlnet {name}: this ControlNet-LLLite has no layers that are known")
    return Lite(name, layers)


def _layer(name: str, flat: str, own: Mapping[tuple[str, int, str], Tensor]) -> LiteLayer:
    def pair(part: str, index: int) -> tuple[Tensor, Tensor]:
        return own[part, index, "weight"], own[part, index, "bias"]

    try:
        indices = sorted(index for part, index, role in own if part == "conditioning1" and role == "weight")
        convolutions = tuple(pair("conditioning1", index) for index in indices[:_MOST_CONVOLUTIONS])
        made = LiteLayer(convolutions, pair("down", 0), pair("mid", 0), pair("up", 0))
        fits = all(weight.ndim == 4 for weight, _ in convolutions) and made.down[0].ndim == 2 and convolutions
        if fits and made.mid[0].shape[1] == made.down[0].shape[0] + convolutions[-1][0].shape[0]:
            return made
    except KeyError:
        pass
    raise ModelError(
        f"controlnet {name}: the layer {flat} of this ControlNet-LLLite is incomplete; download or copy it "
        "again"
    )
