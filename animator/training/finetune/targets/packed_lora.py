"""`PackedLora`: peft's LoRA beside a layer whose weights stay packed, as fp8 and GGUF files have them.

Only a LoRA of a packed layer imports this file, since it needs peft.
"""

from typing import Any

import torch
from peft.tuners.lora import Linear

from animator.models.diffusion.network_files.packed import PackedLinear


class PackedLora(Linear):
    """A LoRA whose matrices are where the layer's bytes are: its weights themselves have no numbers."""

    def _get_base_layer_device_and_dtype(self, base_layer: PackedLinear) -> tuple[torch.device, None]:
        """Returns the device of the matrices, and None: they keep their precision."""
        return base_layer.packed.device, None


CUSTOM: dict[Any, Any] = {PackedLinear: PackedLora}
"""Layers that peft does not know, with their LoRA."""
