"""Layer names of every family of flow-matching networks, and the families that a LoRA file fits."""

import re
from collections.abc import Mapping

from animator.models.diffusion.checkpoints.flux_keys import CHROMA, FLUX, FLUX2, KLEIN
from animator.models.diffusion.checkpoints.layer_names import (
    SWAPPED_HALVES,
    Blocks,
    LayerNames,
    split_rows,
    whole,
)
from animator.models.diffusion.checkpoints.lora_keys import split_key

_NUMBER = r"(\d{1,3})"
_QUERIES = ("to_q", "to_k", "to_v")


def _under(part: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{part}_{name}" for name in names)


_SD3 = LayerNames(
    (
        Blocks(
            f"joint_blocks_{_NUMBER}",
            "transformer_blocks_{}",
            {
                "x_block_attn_qkv": split_rows(_under("attn", _QUERIES), (1, 1, 1)),
                "x_block_attn2_qkv": split_rows(_under("attn2", _QUERIES), (1, 1, 1)),
                "context_block_attn_qkv": split_rows(
                    ("attn_add_q_proj", "attn_add_k_proj", "attn_add_v_proj"), (1, 1, 1)
                ),
                **whole(
                    {
                        "x_block_attn_proj": "attn_to_out_0",
                        "x_block_attn2_proj": "attn2_to_out_0",
                        "context_block_attn_proj": "attn_to_add_out",
                        "x_block_mlp_fc1": "ff_net_0_proj",
                        "x_block_mlp_fc2": "ff_net_2",
                        "context_block_mlp_fc1": "ff_context_net_0_proj",
                        "context_block_mlp_fc2": "ff_context_net_2",
                        "x_block_adaLN_modulation_1": "norm1_linear",
                    }
                ),
            },
            # Its original has its halves swapped in the last block, whose number the file does not tell.
            others=("norm1_context_linear",),
        ),
    ),
    {
        **whole(
            {
                "x_embedder_proj": "pos_embed_proj",
                "context_embedder": "context_embedder",
                "t_embedder_mlp_0": "time_text_embed_timestep_embedder_linear_1",
                "t_embedder_mlp_2": "time_text_embed_timestep_embedder_linear_2",
                "y_embedder_mlp_0": "time_text_embed_text_embedder_linear_1",
                "y_embedder_mlp_2": "time_text_embed_text_embedder_linear_2",
                "final_layer_linear": "proj_out",
            }
        ),
        "final_layer_adaLN_modulation_1": (("norm_out_linear", SWAPPED_HALVES),),
    },
    widths=(1536, 2432),
)
_QWEN_LAYERS = (
    *_under("attn", (*_QUERIES, "to_out_0", "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out")),
    *("img_mlp_net_0_proj", "img_mlp_net_2", "txt_mlp_net_0_proj", "txt_mlp_net_2", "img_mod_1", "txt_mod_1"),
)
_QWEN_TOP = (
    *("img_in", "txt_in", "proj_out", "norm_out_linear"),
    *_under("time_text_embed_timestep_embedder", ("linear_1", "linear_2")),
)
_QWEN = LayerNames(
    (
        Blocks(
            f"transformer_blocks_{_NUMBER}",
            "transformer_blocks_{}",
            whole({name: name for name in _QWEN_LAYERS}),
        ),
    ),
    whole({name: name for name in _QWEN_TOP}),
    widths=(3072,),
)


def _next_dit(layers: Mapping[str, str], shares: tuple[int, int, int], attention: str) -> tuple[Blocks, ...]:
    """Returns the blocks of Lumina 2 and Z-Image, whose originals have equal names.

    Args:
        layers: diffusers' names of the layers that are not attention.
        shares: How queries, keys and values share the rows of their layer.
        attention: diffusers' name of the attention.
    """
    names = {
        "attention_qkv": split_rows(_under(attention, _QUERIES), shares),
        **whole({"attention_out": f"{attention}_to_out_0", **layers}),
    }
    return tuple(
        Blocks(f"{kind}_{_NUMBER}", kind + "_{}", names)
        for kind in ("layers", "noise_refiner", "context_refiner")
    )


_Z_IMAGE = LayerNames(
    _next_dit(
        {
            name: name
            for name in ("feed_forward_w1", "feed_forward_w2", "feed_forward_w3", "adaLN_modulation_0")
        },
        (1, 1, 1),
        "attention",
    ),
    whole(
        {
            "x_embedder": "all_x_embedder_2-1",
            "final_layer_linear": "all_final_layer_2-1_linear",
            "final_layer_adaLN_modulation_1": "all_final_layer_2-1_adaLN_modulation_1",
            **{name: name for name in ("cap_embedder_1", "t_embedder_mlp_0", "t_embedder_mlp_2")},
        }
    ),
    outer={"attention_qkv": 3},
    widths=(3840,),
)
_LUMINA2 = LayerNames(
    _next_dit(
        {
            "feed_forward_w1": "feed_forward_linear_1",
            "feed_forward_w2": "feed_forward_linear_2",
            "feed_forward_w3": "feed_forward_linear_3",
            "adaLN_modulation_1": "norm1_linear",
        },
        (3, 1, 1),  # three heads of queries share keys and values
        "attn",
    ),
    whole(
        {
            "x_embedder": "x_embedder",
            "cap_embedder_1": "time_caption_embed_caption_embedder_1",
            "t_embedder_mlp_0": "time_caption_embed_timestep_embedder_linear_1",
            "t_embedder_mlp_2": "time_caption_embed_timestep_embedder_linear_2",
            "final_layer_adaLN_modulation_1": "norm_out_linear_1",
            "final_layer_linear": "norm_out_linear_2",
        }
    ),
    outer={"attention_qkv": 5 / 3},
    widths=(2304,),
)
_KREA2_LAYERS = whole(
    {
        "attn_wq": "attn_to_q",
        "attn_wk": "attn_to_k",
        "attn_wv": "attn_to_v",
        "attn_wo": "attn_to_out_0",
        "attn_gate": "attn_to_gate",
        "mlp_gate": "ff_gate",
        "mlp_up": "ff_up",
        "mlp_down": "ff_down",
    }
)
_KREA2 = LayerNames(
    (
        Blocks(f"blocks_{_NUMBER}", "transformer_blocks_{}", _KREA2_LAYERS),
        *(
            Blocks(f"txtfusion_{kind}_{_NUMBER}", f"text_fusion_{kind}_{{}}", _KREA2_LAYERS)
            for kind in ("layerwise_blocks", "refiner_blocks")
        ),
    ),
    whole(
        {
            "first": "img_in",
            "last_linear": "final_layer_linear",
            "tmlp_0": "time_embed_linear_1",
            "tmlp_2": "time_embed_linear_2",
            "tproj_1": "time_mod_proj",
            "txtmlp_1": "txt_in_linear_1",
            "txtmlp_3": "txt_in_linear_2",
            "txtfusion_projector": "text_fusion_projector",
        }
    ),
)
_SANA = LayerNames(
    (
        Blocks(
            f"blocks_{_NUMBER}",
            "transformer_blocks_{}",
            {
                "attn_qkv": split_rows(_under("attn1", _QUERIES), (1, 1, 1)),
                "cross_attn_kv_linear": split_rows(("attn2_to_k", "attn2_to_v"), (1, 1)),
                **whole(
                    {
                        "attn_proj": "attn1_to_out_0",
                        "cross_attn_q_linear": "attn2_to_q",
                        "cross_attn_proj": "attn2_to_out_0",
                        "mlp_inverted_conv_conv": "ff_conv_inverted",
                        "mlp_depth_conv_conv": "ff_conv_depth",
                        "mlp_point_conv_conv": "ff_conv_point",
                    }
                ),
            },
        ),
    ),
    whole(
        {
            "x_embedder_proj": "patch_embed_proj",
            "t_embedder_mlp_0": "time_embed_emb_timestep_embedder_linear_1",
            "t_embedder_mlp_2": "time_embed_emb_timestep_embedder_linear_2",
            "t_block_1": "time_embed_linear",
            "y_embedder_y_proj_fc1": "caption_projection_linear_1",
            "y_embedder_y_proj_fc2": "caption_projection_linear_2",
            "final_layer_linear": "proj_out",
        }
    ),
)
LAYER_NAMES: Mapping[str, LayerNames] = {
    "sd3": _SD3,
    "flux": FLUX,
    "chroma": CHROMA,
    "flux2": FLUX2,
    "flux2-klein": KLEIN,
    "qwen-image": _QWEN,
    "z-image": _Z_IMAGE,
    "lumina2": _LUMINA2,
    "krea2": _KREA2,
    "sana": _SANA,
}
"""By the keys of `FLOW_FAMILIES`."""
_OF_UNETS = ("down_blocks", "up_blocks", "mid_block", "input_blocks", "output_blocks", "middle_block")
_FIRST_NUMBER = re.compile(r"_\d{1,3}_", re.ASCII)
"""That of a block: all blocks have the same layers, so that one of them is looked at."""


def lora_families(shapes: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
    """Returns the families of transformers that a LoRA file may be for; empty for a U-Net or unknown names.

    Networks share names: a file that changes only attention fits several, which differ in width. Chroma is
    made from Flux, whose LoRA files are used with it.

    Args:
        shapes: Shapes of the file's tensors by name.
    """
    layers: dict[str, dict[str, tuple[int, ...]]] = {}
    if any(sign in name for name in shapes for sign in _OF_UNETS):
        return ()
    for name, shape in shapes.items():
        if (key := split_key(name)) is not None and key[0] in ("unet", "transformer"):
            layers.setdefault(_FIRST_NUMBER.sub("_0_", key[1], count=1), {})[key[2]] = shape
    known = {
        family: sum(bool(names.targets(flat)) for flat in layers) for family, names in LAYER_NAMES.items()
    }
    most = max(known.values())
    if not most:
        return ()
    found = [family for family, count in known.items() if count == most and _has_ratios(family, layers)]
    if "flux" in found and "chroma" not in found and known["chroma"]:
        found.insert(found.index("flux") + 1, "chroma")
    width = _width(layers)
    return tuple(family for family in found if width in LAYER_NAMES[family].widths) or tuple(found)


def _has_ratios(family: str, layers: Mapping[str, Mapping[str, tuple[int, ...]]]) -> bool:
    """Returns True unless a fused layer's shape says that the file is for another network of equal names."""
    for flat, roles in layers.items():
        name = next((name for name in LAYER_NAMES[family].outer if flat.endswith(f"_{name}")), "")
        up, down = roles.get("up", ()), roles.get("down", ())
        if name and up and len(down) > 1 and up[0] != round(down[1] * LAYER_NAMES[family].outer[name]):
            return False
    return True


def _width(layers: Mapping[str, Mapping[str, tuple[int, ...]]]) -> int:
    """Returns the width of the network's image tokens; 0 if no layer tells."""
    for flat, roles in layers.items():
        if (
            flat.endswith(("attn_to_q", "attn1_to_q", "attention_to_q", "_qkv"))
            and len(roles.get("down", ())) > 1
        ):
            return roles["down"][1]
    return 0
