"""Tables of the layer names of flow-matching networks; see `original_layouts`."""

from collections.abc import Mapping

Layout = Mapping[str, tuple[str, ...]]
"""diffusers' layers by the makers' names, in the order of their rows; none for one that it lacks. `#` is the
number of a block."""


def _within(blocks: str, new: str, names: Mapping[str, str]) -> Layout:
    """Returns the names of the layers in a block, several new ones of which are separated by spaces."""
    return {
        f"{blocks}.{name}": tuple(f"{new}.{part}" for part in parts.split()) for name, parts in names.items()
    }


def _top(names: Mapping[str, str]) -> Layout:
    return {name: tuple(parts.split()) for name, parts in names.items()}


_FLUX_ATTENTION = {
    "img_attn.qkv": "attn.to_q attn.to_k attn.to_v",
    "txt_attn.qkv": "attn.add_q_proj attn.add_k_proj attn.add_v_proj",
    "img_attn.proj": "attn.to_out.0",
    "txt_attn.proj": "attn.to_add_out",
    "img_attn.norm.query_norm": "attn.norm_q",
    "img_attn.norm.key_norm": "attn.norm_k",
    "txt_attn.norm.query_norm": "attn.norm_added_q",
    "txt_attn.norm.key_norm": "attn.norm_added_k",
}
_FLUX_SINGLE_NORMS = {"norm.query_norm": "attn.norm_q", "norm.key_norm": "attn.norm_k"}
FLUX: Layout = {
    **_top(
        {
            "img_in": "x_embedder",
            "txt_in": "context_embedder",
            "time_in.in_layer": "time_text_embed.timestep_embedder.linear_1",
            "time_in.out_layer": "time_text_embed.timestep_embedder.linear_2",
            "vector_in.in_layer": "time_text_embed.text_embedder.linear_1",
            "vector_in.out_layer": "time_text_embed.text_embedder.linear_2",
            "guidance_in.in_layer": "time_text_embed.guidance_embedder.linear_1",
            "guidance_in.out_layer": "time_text_embed.guidance_embedder.linear_2",
            "final_layer.linear": "proj_out",
            "final_layer.adaLN_modulation.1": "norm_out.linear",
        }
    ),
    **_within(
        "double_blocks.#",
        "transformer_blocks.#",
        {
            **_FLUX_ATTENTION,
            "img_mlp.0": "ff.net.0.proj",
            "img_mlp.2": "ff.net.2",
            "txt_mlp.0": "ff_context.net.0.proj",
            "txt_mlp.2": "ff_context.net.2",
            "img_mod.lin": "norm1.linear",
            "txt_mod.lin": "norm1_context.linear",
        },
    ),
    **_within(
        "single_blocks.#",
        "single_transformer_blocks.#",
        {
            **_FLUX_SINGLE_NORMS,
            "linear1": "attn.to_q attn.to_k attn.to_v proj_mlp",
            "linear2": "proj_out",
            "modulation.lin": "norm.linear",
        },
    ),
}
_CHROMA: Layout = {
    **FLUX,
    **_within(
        "distilled_guidance_layer",
        "distilled_guidance_layer",
        {
            "layers.#.in_layer": "layers.#.linear_1",
            "layers.#.out_layer": "layers.#.linear_2",
            "norms.#": "norms.#",
        },
    ),
}
_FLUX2: Layout = {
    **_top(
        {
            "img_in": "x_embedder",
            "txt_in": "context_embedder",
            "time_in.in_layer": "time_guidance_embed.timestep_embedder.linear_1",
            "time_in.out_layer": "time_guidance_embed.timestep_embedder.linear_2",
            "guidance_in.in_layer": "time_guidance_embed.guidance_embedder.linear_1",
            "guidance_in.out_layer": "time_guidance_embed.guidance_embedder.linear_2",
            "double_stream_modulation_img.lin": "double_stream_modulation_img.linear",
            "double_stream_modulation_txt.lin": "double_stream_modulation_txt.linear",
            "single_stream_modulation.lin": "single_stream_modulation.linear",
            "final_layer.linear": "proj_out",
            "final_layer.adaLN_modulation.1": "norm_out.linear",
        }
    ),
    **_within(
        "double_blocks.#",
        "transformer_blocks.#",
        {
            **_FLUX_ATTENTION,
            "img_mlp.0": "ff.linear_in",
            "img_mlp.2": "ff.linear_out",
            "txt_mlp.0": "ff_context.linear_in",
            "txt_mlp.2": "ff_context.linear_out",
        },
    ),
    **_within(
        "single_blocks.#",
        "single_transformer_blocks.#",
        {**_FLUX_SINGLE_NORMS, "linear1": "attn.to_qkv_mlp_proj", "linear2": "attn.to_out"},
    ),
}
_SD3: Layout = {
    **_top(
        {
            "pos_embed": "pos_embed.pos_embed",
            "x_embedder.proj": "pos_embed.proj",
            "t_embedder.mlp.0": "time_text_embed.timestep_embedder.linear_1",
            "t_embedder.mlp.2": "time_text_embed.timestep_embedder.linear_2",
            "y_embedder.mlp.0": "time_text_embed.text_embedder.linear_1",
            "y_embedder.mlp.2": "time_text_embed.text_embedder.linear_2",
            "final_layer.linear": "proj_out",
            "final_layer.adaLN_modulation.1": "norm_out.linear",
        }
    ),
    **_within(
        "joint_blocks.#",
        "transformer_blocks.#",
        {
            "x_block.attn.qkv": "attn.to_q attn.to_k attn.to_v",
            "x_block.attn.ln_q": "attn.norm_q",
            "x_block.attn.ln_k": "attn.norm_k",
            "x_block.attn.proj": "attn.to_out.0",
            "x_block.attn2.qkv": "attn2.to_q attn2.to_k attn2.to_v",
            "x_block.attn2.ln_q": "attn2.norm_q",
            "x_block.attn2.ln_k": "attn2.norm_k",
            "x_block.attn2.proj": "attn2.to_out.0",
            "x_block.mlp.fc1": "ff.net.0.proj",
            "x_block.mlp.fc2": "ff.net.2",
            "x_block.adaLN_modulation.1": "norm1.linear",
            "context_block.attn.qkv": "attn.add_q_proj attn.add_k_proj attn.add_v_proj",
            "context_block.attn.ln_q": "attn.norm_added_q",
            "context_block.attn.ln_k": "attn.norm_added_k",
            "context_block.attn.proj": "attn.to_add_out",
            "context_block.mlp.fc1": "ff_context.net.0.proj",
            "context_block.mlp.fc2": "ff_context.net.2",
            "context_block.adaLN_modulation.1": "norm1_context.linear",
        },
    ),
}
_LUMINA2_BLOCK = {
    "attention.qkv": "attn.to_q attn.to_k attn.to_v",
    "attention.out": "attn.to_out.0",
    "attention.q_norm": "attn.norm_q",
    "attention.k_norm": "attn.norm_k",
    "attention_norm2": "norm2",
    "feed_forward.w1": "feed_forward.linear_1",
    "feed_forward.w2": "feed_forward.linear_2",
    "feed_forward.w3": "feed_forward.linear_3",
}
_LUMINA2_MODULATED = {
    **_LUMINA2_BLOCK,
    "attention_norm1": "norm1.norm",
    "adaLN_modulation.1": "norm1.linear",
}
_LUMINA2: Layout = {
    **_top(
        {
            "norm_final": "",
            "cap_embedder.0": "time_caption_embed.caption_embedder.0",
            "cap_embedder.1": "time_caption_embed.caption_embedder.1",
            "t_embedder.mlp.0": "time_caption_embed.timestep_embedder.linear_1",
            "t_embedder.mlp.2": "time_caption_embed.timestep_embedder.linear_2",
            "final_layer.adaLN_modulation.1": "norm_out.linear_1",
            "final_layer.linear": "norm_out.linear_2",
        }
    ),
    **_within("layers.#", "layers.#", _LUMINA2_MODULATED),
    **_within("noise_refiner.#", "noise_refiner.#", _LUMINA2_MODULATED),
    **_within("context_refiner.#", "context_refiner.#", {**_LUMINA2_BLOCK, "attention_norm1": "norm1"}),
}
_Z_IMAGE_ATTENTION = {
    "attention.qkv": "attention.to_q attention.to_k attention.to_v",
    "attention.out": "attention.to_out.0",
    "attention.q_norm": "attention.norm_q",
    "attention.k_norm": "attention.norm_k",
}
_Z_IMAGE: Layout = {
    **_top(
        {
            "norm_final": "",
            "x_embedder": "all_x_embedder.2-1",
            "final_layer.linear": "all_final_layer.2-1.linear",
            "final_layer.adaLN_modulation.1": "all_final_layer.2-1.adaLN_modulation.1",
        }
    ),
    **_within("layers.#", "layers.#", _Z_IMAGE_ATTENTION),
    **_within("noise_refiner.#", "noise_refiner.#", _Z_IMAGE_ATTENTION),
    **_within("context_refiner.#", "context_refiner.#", _Z_IMAGE_ATTENTION),
}
_KREA2_BLOCK = {
    "attn.wq": "attn.to_q",
    "attn.wk": "attn.to_k",
    "attn.wv": "attn.to_v",
    "attn.wo": "attn.to_out.0",
    "attn.gate": "attn.to_gate",
    "attn.qknorm.qnorm": "attn.norm_q",
    "attn.qknorm.knorm": "attn.norm_k",
    "prenorm": "norm1",
    "postnorm": "norm2",
    "mlp.gate": "ff.gate",
    "mlp.up": "ff.up",
    "mlp.down": "ff.down",
}
_KREA2: Layout = {
    **_top(
        {
            "first": "img_in",
            "tmlp.0": "time_embed.linear_1",
            "tmlp.2": "time_embed.linear_2",
            "tproj.1": "time_mod_proj",
            "txtmlp.0": "txt_in.norm",
            "txtmlp.1": "txt_in.linear_1",
            "txtmlp.3": "txt_in.linear_2",
            "txtfusion.projector": "text_fusion.projector",
            "last.linear": "final_layer.linear",
            "last.norm": "final_layer.norm",
            "last.modulation.lin": "final_layer.scale_shift_table",
        }
    ),
    **_within("blocks.#", "transformer_blocks.#", {**_KREA2_BLOCK, "mod.lin": "scale_shift_table"}),
    **_within("txtfusion.layerwise_blocks.#", "text_fusion.layerwise_blocks.#", _KREA2_BLOCK),
    **_within("txtfusion.refiner_blocks.#", "text_fusion.refiner_blocks.#", _KREA2_BLOCK),
}
_SANA: Layout = {
    **_top(
        {
            "pos_embed": "",
            "y_embedder.y_embedding": "",
            "x_embedder.proj": "patch_embed.proj",
            "t_embedder.mlp.0": "time_embed.emb.timestep_embedder.linear_1",
            "t_embedder.mlp.2": "time_embed.emb.timestep_embedder.linear_2",
            "t_block.1": "time_embed.linear",
            "y_embedder.y_proj.fc1": "caption_projection.linear_1",
            "y_embedder.y_proj.fc2": "caption_projection.linear_2",
            "attention_y_norm": "caption_norm",
            "final_layer.linear": "proj_out",
            "final_layer.scale_shift_table": "scale_shift_table",
        }
    ),
    **_within(
        "blocks.#",
        "transformer_blocks.#",
        {
            "scale_shift_table": "scale_shift_table",
            "attn.qkv": "attn1.to_q attn1.to_k attn1.to_v",
            "attn.proj": "attn1.to_out.0",
            "cross_attn.q_linear": "attn2.to_q",
            "cross_attn.kv_linear": "attn2.to_k attn2.to_v",
            "cross_attn.proj": "attn2.to_out.0",
            "mlp.inverted_conv.conv": "ff.conv_inverted",
            "mlp.depth_conv.conv": "ff.conv_depth",
            "mlp.point_conv.conv": "ff.conv_point",
        },
    ),
}
LAYOUTS: Mapping[str, Layout] = {
    "sd3": _SD3,
    "flux": FLUX,
    "flux2": _FLUX2,
    "flux2-klein": _FLUX2,
    "chroma": _CHROMA,
    "qwen-image": {},
    "z-image": _Z_IMAGE,
    "lumina2": _LUMINA2,
    "krea2": _KREA2,
    "sana": _SANA,
}
"""The makers' layouts, by the key of a family; Qwen-Image's names are diffusers' own."""
