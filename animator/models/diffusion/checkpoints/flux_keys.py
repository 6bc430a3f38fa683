"""Layer names of the Flux networks, Chroma's and Flux.2's: original and diffusers'."""

from animator.models.diffusion.checkpoints.layer_names import (
    SWAPPED_HALVES,
    Blocks,
    LayerNames,
    split_rows,
    whole,
)

_JOINT_ATTENTION = {
    "img_attn_qkv": split_rows(("attn_to_q", "attn_to_k", "attn_to_v"), (1, 1, 1)),
    "txt_attn_qkv": split_rows(("attn_add_q_proj", "attn_add_k_proj", "attn_add_v_proj"), (1, 1, 1)),
    **whole({"img_attn_proj": "attn_to_out_0", "txt_attn_proj": "attn_to_add_out"}),
}
_DOUBLE = {
    **_JOINT_ATTENTION,
    **whole(
        {
            "img_mlp_0": "ff_net_0_proj",
            "img_mlp_2": "ff_net_2",
            "txt_mlp_0": "ff_context_net_0_proj",
            "txt_mlp_2": "ff_context_net_2",
            "img_mod_lin": "norm1_linear",
            "txt_mod_lin": "norm1_context_linear",
        }
    ),
}
_SINGLE = {
    # Queries, keys, values and an MLP layer four times as wide.
    "linear1": split_rows(("attn_to_q", "attn_to_k", "attn_to_v", "proj_mlp"), (1, 1, 1, 4)),
    **whole({"linear2": "proj_out", "modulation_lin": "norm_linear"}),
}
_EMBEDDERS = {"img_in": "x_embedder", "txt_in": "context_embedder", "final_layer_linear": "proj_out"}
_LAST = {"final_layer_adaLN_modulation_1": (("norm_out_linear", SWAPPED_HALVES),)}
_TIMES = {
    "time_in": "timestep_embedder",
    "vector_in": "text_embedder",
    "guidance_in": "guidance_embedder",
}
_DOUBLE_PATH, _SINGLE_PATH = r"double_blocks_(\d{1,3})", r"single_blocks_(\d{1,3})"
_OWN_DOUBLE, _OWN_SINGLE = "transformer_blocks_{}", "single_transformer_blocks_{}"


def _times(embedder: str) -> dict[str, str]:
    """Returns the layers that embed timesteps and the like."""
    return {
        f"{original}_{side}_layer": f"{embedder}_{own}_linear_{number}"
        for original, own in _TIMES.items()
        for number, side in ((1, "in"), (2, "out"))
    }


FLUX = LayerNames(
    (Blocks(_DOUBLE_PATH, _OWN_DOUBLE, _DOUBLE), Blocks(_SINGLE_PATH, _OWN_SINGLE, _SINGLE)),
    {**whole({**_EMBEDDERS, **_times("time_text_embed")}), **_LAST},
    outer={"img_mlp_0": 4, "txt_mlp_0": 4, "linear1": 7},
    widths=(3072,),
)
CHROMA = LayerNames(
    (
        *FLUX.blocks,
        Blocks(
            r"distilled_guidance_layer_layers_(\d{1,3})",
            "distilled_guidance_layer_layers_{}",
            whole({"in_layer": "linear_1", "out_layer": "linear_2"}),
        ),
    ),
    {
        **whole(_EMBEDDERS),
        **whole(
            {name: name for name in ("distilled_guidance_layer_in_proj", "distilled_guidance_layer_out_proj")}
        ),
    },
    outer=FLUX.outer,
    widths=(3072,),
)
_FLUX2 = (
    Blocks(
        _DOUBLE_PATH,
        _OWN_DOUBLE,
        {
            **_JOINT_ATTENTION,
            **whole(
                {
                    "img_mlp_0": "ff_linear_in",
                    "img_mlp_2": "ff_linear_out",
                    "txt_mlp_0": "ff_context_linear_in",
                    "txt_mlp_2": "ff_context_linear_out",
                }
            ),
        },
    ),
    Blocks(_SINGLE_PATH, _OWN_SINGLE, whole({"linear1": "attn_to_qkv_mlp_proj", "linear2": "attn_to_out"})),
)
_FLUX2_TOP = {
    **whole(
        {
            **_EMBEDDERS,
            **_times("time_guidance_embed"),
            "single_stream_modulation_lin": "single_stream_modulation_linear",
            "double_stream_modulation_img_lin": "double_stream_modulation_img_linear",
            "double_stream_modulation_txt_lin": "double_stream_modulation_txt_linear",
        }
    ),
    **_LAST,
}
_GATED = {"img_mlp_0": 6, "txt_mlp_0": 6, "linear1": 9}
FLUX2 = LayerNames(_FLUX2, _FLUX2_TOP, outer=_GATED, widths=(6144,))
KLEIN = LayerNames(_FLUX2, _FLUX2_TOP, outer=_GATED, widths=(3072, 4096))
