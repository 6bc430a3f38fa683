"""Recognizes flow-matching networks and text encoders by the names and shapes in a file's header."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from animator.models.diffusion.checkpoints.original_layouts import network_prefix

Shapes = Mapping[str, tuple[int, ...]]

T5, CLIP, LANGUAGE_MODEL = "T5 text encoder", "CLIP text encoder", "language model"
TEXT_ENCODERS = (T5, CLIP, LANGUAGE_MODEL)
"""Kinds of files that hold one text encoder."""
LLAMA_CPP = "text encoder in the layout of llama.cpp"
_SIGNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("chroma", ("distilled_guidance_layer.",)),
    ("krea2", ("txtfusion.",)),
    ("krea2", ("text_fusion.", "time_mod_proj.")),
    ("z-image", ("cap_pad_token",)),
    ("flux2", ("double_stream_modulation_img.",)),
    ("lumina2", ("noise_refiner.",)),
    ("sana", ("cross_attn.kv_linear.",)),
    ("sana", ("caption_projection.", ".ff.conv_inverted.")),
    ("sd3", ("joint_blocks.",)),
    ("sd3", ("pos_embed.proj.", ".attn.add_q_proj.")),
    ("qwen-image", ("txt_norm.", ".img_mod.1.")),
    ("flux", ("double_blocks.",)),
    ("flux", ("single_transformer_blocks.", "time_text_embed.text_embedder.")),
)
"""Families, each with names that all have to be in a file, in the makers' layout or in that of diffusers."""
_ADDED = ("controlnet_", "control_layers.", "ip_adapter")
"""In the names of networks that are added to another one."""
_GUIDANCE = ("guidance_in.", "guidance_embedder.")
_FLUX2_TEXT_WIDTH = 15360
"""Width of the texts that Flux.2 takes: three layers of Mistral's 5120. Klein's are those of Qwen3."""
_BLOCKS = {
    "num_layers": ("transformer_blocks", "double_blocks", "joint_blocks", "blocks", "layers"),
    "num_single_layers": ("single_transformer_blocks", "single_blocks"),
    "n_layers": ("layers",),
}
"""What blocks are called in files, by the name of their number in diffusers' configs."""
_TEXT_SIGNS = (
    (T5, re.compile(r"(.*\.)?encoder\.block\.0\.layer\.0\.SelfAttention\.q\.weight")),
    (CLIP, re.compile(r"((?!.*vision).*\.)?(text_model\.)?encoder\.layers\.0\.self_attn\.q_proj\.weight")),
    (LANGUAGE_MODEL, re.compile(r"((model|language_model)\.)*layers\.0\.self_attn\.q_proj\.weight")),
    (LLAMA_CPP, re.compile(r"(enc\.)?blk\.0\.attn_q\.weight")),
)
_EMBEDDINGS = ("shared.weight", "token_embedding.weight", "embed_tokens.weight")


def network_family(shapes: Shapes) -> str:
    """Returns the key of the family of a flow-matching network in a file; empty for others."""
    names = _own_names(shapes)
    if any(sign in name for sign in _ADDED for name in names):
        return ""
    family = next((family for family, signs in _SIGNS if all(_has(names, sign) for sign in signs)), "")
    return "flux2-klein" if family == "flux2" and _is_klein(shapes, names) else family


def flow_control_family(shapes: Shapes) -> str:
    """Returns the key of the family that a ControlNet with diffusers' names is for; empty for others."""
    if not _has(shapes, "controlnet_blocks."):
        return ""
    if "controlnet_x_embedder.weight" in shapes:
        return "flux"
    return "sd3" if "pos_embed_input.proj.weight" in shapes else ""


def differences(shapes: Shapes, config: Mapping[str, Any]) -> str:
    """Returns in what a network differs from a config of diffusers, for people; empty for nothing."""
    names = _own_names(shapes)
    for setting, blocks in _BLOCKS.items():
        described = config.get(setting)
        there = _blocks(names, blocks)
        if isinstance(described, int) and there != described:
            return f"has {there} blocks ({blocks[0]}), where the folder describes {described}"
    is_guided = any(_has(names, sign) for sign in _GUIDANCE)
    described = config.get("guidance_embeds")
    if isinstance(described, bool) and described != is_guided:
        has, describes = ("takes a", "one without") if is_guided else ("takes no", "one with")
        return f"{has} guidance scale as an input, where the folder describes {describes} it"
    return ""


def text_encoder_kind(shapes: Shapes) -> str:
    """Returns what kind of text encoder a file holds, one of `TEXT_ENCODERS`; empty for none."""
    return next((kind for kind, sign in _TEXT_SIGNS if any(map(sign.fullmatch, shapes))), "")


def text_width(shapes: Shapes) -> int:
    """Returns the width of a text encoder's embeddings; 0 if it is not known."""
    tables = (shape for name, shape in shapes.items() if name.endswith(_EMBEDDINGS) and len(shape) == 2)
    return next((shape[1] for shape in tables), 0)


def _is_klein(shapes: Shapes, names: tuple[str, ...]) -> bool:
    prefix = network_prefix(shapes)
    text = shapes.get(f"{prefix}txt_in.weight") or shapes.get(f"{prefix}context_embedder.weight") or ()
    return not any(_has(names, sign) for sign in _GUIDANCE) and text[-1:] != (_FLUX2_TEXT_WIDTH,)


def _own_names(shapes: Shapes) -> tuple[str, ...]:
    """Returns the names of a network's tensors, without prefix."""
    prefix = network_prefix(shapes)
    return tuple(name.removeprefix(prefix) for name in shapes if name.startswith(prefix))


def _has(names: Iterable[str], sign: str) -> bool:
    return any(sign in name for name in names)


def _blocks(names: Iterable[str], blocks: tuple[str, ...]) -> int:
    """Returns how many blocks of one of these names a network has."""
    split = (name.split(".", 2) for name in names)
    return len({parts[1] for parts in split if len(parts) == 3 and parts[0] in blocks})
