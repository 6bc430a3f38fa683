"""T2I-Adapters (Mou et al. 2023): small networks that read a control image once, for all steps."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.t2i_keys import FACTORS, Shapes, first_channels

_LUMA = (0.299, 0.587, 0.114)


def adapter_architecture(name: str, shapes: Shapes) -> dict[str, Any]:
    """Returns the arguments of diffusers' T2IAdapter for tensors of these shapes.

    Args:
        name: Of the adapter, for messages.
        shapes: By diffusers' names.

    Raises:
        ModelError: The tensors are not those of an adapter.
    """
    first = first_channels(shapes)
    factor = FACTORS.get(first)
    if factor is None:
        raise ModelError(f"controlnet {name}: this T2I-Adapter begins with {first} channels, which none does")
    blocks = sorted({int(key.split(".")[2]) for key in shapes if key.startswith("adapter.body.")})
    is_light = "adapter.conv_in.weight" not in shapes
    last = "out_conv.weight" if is_light else "resnets.0.block2.weight"
    layers = {key.split(".")[4] for key in shapes if key.startswith("adapter.body.0.resnets.")}
    channels = [shapes[f"adapter.body.{block}.{last}"][0] for block in blocks]
    kind = "light_adapter" if is_light else "full_adapter_xl" if factor == 16 else "full_adapter"
    return {
        "in_channels": first // factor**2,
        "channels": channels[:-1] if is_light else channels,  # the last block of a light one repeats them
        "num_res_blocks": len(layers),
        "downscale_factor": factor,
        "adapter_type": kind,
    }


def check_channels(name: str, adapter: Any, unet: Any) -> None:
    """Checks that an adapter's features fit a U-Net.

    Raises:
        ModelError: They do not.
    """
    own, base = list(adapter.config.channels), list(unet.config.block_out_channels)
    is_xl = unet.config.get("addition_embed_type") == "text_time"
    if (adapter.config.downscale_factor == 16) != is_xl or any(
        one != other for one, other in zip(own, base, strict=False)
    ):
        made_for = "SDXL" if adapter.config.downscale_factor == 16 else "Stable Diffusion 1 or 2"
        raise ModelError(
            f"controlnet {name}: this T2I-Adapter was made for {made_for} with {own} channels; the model's "
            f"U-Net has {base}. Use an adapter and a model of one base"
        )


def is_t2i(net: Any) -> bool:
    """Returns True for diffusers' T2IAdapter."""
    return type(net).__name__ == "T2IAdapter"


@torch.no_grad()
def features_of(adapter: Any, image: Tensor) -> tuple[Tensor, ...]:
    """Returns an adapter's features of a control image (1, 3, H, W), one for each down block.

    Its sides are padded to multiples of what the adapter folds; the features are cut to the U-Net's sizes.
    """
    factor = adapter.config.downscale_factor
    height, width = image.shape[-2:]
    padded = functional.pad(image, (0, -width % factor, 0, -height % factor), mode="replicate")
    if adapter.config.in_channels == 1:
        padded = (padded * padded.new_tensor(_LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
    return tuple(adapter(padded))
