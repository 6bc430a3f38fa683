"""Maps layer names of the original Flux network, used in kohya's LoRA files, to diffusers' names.

The original has one layer for queries, keys and values where diffusers has three, so one layer of a file may
map to several of diffusers, each with a part of its rows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rows:
    """A range of a layer's rows: `count` of `of` equal parts, starting at part `first`."""

    first: int
    count: int
    of: int

    def within(self, total: int) -> slice:
        """Returns the range as a slice of `total` rows."""
        return slice(total * self.first // self.of, total * (self.first + self.count) // self.of)


Targets = tuple[tuple[str, tuple[Rows, ...]], ...]
"""Flat paths of layers with their rows, in order; no rows stands for all."""

_THIRDS = tuple((Rows(third, 1, 3),) for third in range(3))
_SEVENTHS = (*((Rows(seventh, 1, 7),) for seventh in range(3)), (Rows(3, 4, 7),))
"""linear1 of a single block: queries, keys, values and an MLP layer four times as wide."""

_DOUBLE: Mapping[str, Targets] = {
    "img_attn_qkv": tuple(zip(("attn_to_q", "attn_to_k", "attn_to_v"), _THIRDS, strict=True)),
    "txt_attn_qkv": tuple(
        zip(("attn_add_q_proj", "attn_add_k_proj", "attn_add_v_proj"), _THIRDS, strict=True)
    ),
    "img_attn_proj": (("attn_to_out_0", ()),),
    "txt_attn_proj": (("attn_to_add_out", ()),),
    "img_mlp_0": (("ff_net_0_proj", ()),),
    "img_mlp_2": (("ff_net_2", ()),),
    "txt_mlp_0": (("ff_context_net_0_proj", ()),),
    "txt_mlp_2": (("ff_context_net_2", ()),),
    "img_mod_lin": (("norm1_linear", ()),),
    "txt_mod_lin": (("norm1_context_linear", ()),),
}
_SINGLE: Mapping[str, Targets] = {
    "linear1": tuple(zip(("attn_to_q", "attn_to_k", "attn_to_v", "proj_mlp"), _SEVENTHS, strict=True)),
    "linear2": (("proj_out", ()),),
    "modulation_lin": (("norm_linear", ()),),
}
_TOP: Mapping[str, Targets] = {
    "img_in": (("x_embedder", ()),),
    "txt_in": (("context_embedder", ()),),
    "time_in_in_layer": (("time_text_embed_timestep_embedder_linear_1", ()),),
    "time_in_out_layer": (("time_text_embed_timestep_embedder_linear_2", ()),),
    "vector_in_in_layer": (("time_text_embed_text_embedder_linear_1", ()),),
    "vector_in_out_layer": (("time_text_embed_text_embedder_linear_2", ()),),
    "guidance_in_in_layer": (("time_text_embed_guidance_embedder_linear_1", ()),),
    "guidance_in_out_layer": (("time_text_embed_guidance_embedder_linear_2", ()),),
    "final_layer_linear": (("proj_out", ()),),
    # diffusers has the scale before the shift, the original the reverse.
    "final_layer_adaLN_modulation_1": (("norm_out_linear", (Rows(1, 1, 2), Rows(0, 1, 2))),),
}
_BLOCKS = {"double": (_DOUBLE, "transformer_blocks"), "single": (_SINGLE, "single_transformer_blocks")}


def flux_targets(flat: str) -> Targets | None:
    """Returns diffusers' layers for a layer of the original network; None for other names."""
    if flat in _TOP:
        return _TOP[flat]
    match = re.fullmatch(r"(double|single)_blocks_(\d+)_(.+)", flat)
    if match is None:
        return None
    kind, index, rest = match.groups()
    names, blocks = _BLOCKS[kind]
    return tuple((f"{blocks}_{index}_{name}", rows) for name, rows in names[rest]) if rest in names else None
