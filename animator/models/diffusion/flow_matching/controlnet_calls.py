"""How the ControlNet of each family is called, with what its transformer is called with: `CALLS`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

Outputs = Mapping[str, list[Tensor]]
"""Argument of the transformer -> what is added behind each of its blocks (rows, T, C)."""
Call = Callable[[Any, Any, Tensor, Tensor | None, Mapping[str, Any]], Outputs]
"""From a ControlNet, the transformer, the control image, the task's number, the transformer's arguments."""


def _flux(
    net: Any, transformer: Any, image: Tensor, mode: Tensor | None, given: Mapping[str, Any]
) -> Outputs:
    rows = given["hidden_states"].shape[0]
    blocks, single = net(
        hidden_states=given["hidden_states"],
        controlnet_cond=image.expand(rows, *image.shape[1:]),
        controlnet_mode=None if mode is None else mode.expand(rows, -1),
        encoder_hidden_states=given["encoder_hidden_states"],
        pooled_projections=given["pooled_projections"],
        timestep=given["timestep"],
        img_ids=given["img_ids"],
        txt_ids=given["txt_ids"],
        guidance=given.get("guidance") if net.config.guidance_embeds else None,
        return_dict=False,
    )
    # Those with a hint block are made for a transformer of any number of blocks, and take turns.
    spread = _repeated if net.input_hint_block is not None else _spread
    made: dict[str, list[Tensor]] = {}
    if blocks is not None:
        made["controlnet_block_samples"] = spread(blocks, len(transformer.transformer_blocks))
    if single is not None:
        made["controlnet_single_block_samples"] = _spread(single, len(transformer.single_transformer_blocks))
    return made


def _sd3(
    net: Any, transformer: Any, image: Tensor, _mode: Tensor | None, given: Mapping[str, Any]
) -> Outputs:
    latents, pooled = given["hidden_states"], given["pooled_projections"]
    if net.config.force_zeros_for_pooled_projection:
        pooled = torch.zeros_like(pooled)
    if not net.config.use_pos_embed:  # it takes what the transformer's own layer makes of the latents
        latents = transformer.pos_embed(latents)
    (blocks,) = net(
        hidden_states=latents,
        controlnet_cond=image.expand(latents.shape[0], *image.shape[1:]),
        encoder_hidden_states=None
        if net.config.joint_attention_dim is None
        else given["encoder_hidden_states"],
        pooled_projections=pooled,
        timestep=given["timestep"],
        return_dict=False,
    )
    count = len(transformer.transformer_blocks)
    return {"block_controlnet_hidden_states": [blocks[int(i * len(blocks) / count)] for i in range(count)]}


def _spread(blocks: Sequence[Tensor], count: int) -> list[Tensor]:
    """Returns one output for each of `count` blocks, each output for equally many blocks in a row."""
    each = -(-count // len(blocks))
    return [blocks[index // each] for index in range(count)]


def _repeated(blocks: Sequence[Tensor], count: int) -> list[Tensor]:
    """Returns one output for each of `count` blocks, the outputs in turn."""
    return [blocks[index % len(blocks)] for index in range(count)]


CALLS: Mapping[str, Call] = {"flux": _flux, "sd3": _sd3}
"""By the family's key."""
