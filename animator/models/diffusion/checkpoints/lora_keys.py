"""Maps the key names of LoRA files to modules and layers of a model.

A layer is identified by its module ("unet", "text_encoder", "text_encoder_2" or "transformer") and its path
with every `.` as `_`. That covers kohya's keys (`lora_unet_down_blocks_0_...`), those of diffusers and PEFT
(`unet.down_blocks.0. ...`), and those of the original U-Net (`lora_unet_input_blocks_4_1_...`). Names of the
layers of transformers are in `layer_names`.
"""

import re

_SUFFIXES = re.compile(
    r"\.(lora_down\.weight|lora_up\.weight|lora_mid\.weight|lora_A(?:\.default)?\.weight|lora_B(?:\.default)?\.weight"
    r"|lora\.down\.weight|lora\.up\.weight|lora_linear_layer\.(?:down|up)\.weight|alpha|dora_scale|lora_magnitude_vector(?:\.default)?(?:\.weight)?|diff|diff_b"
    r"|hada_(?:w1_a|w1_b|w2_a|w2_b|t1|t2)|lokr_(?:w1|w1_a|w1_b|w2|w2_a|w2_b|t2))$"
)
_ROLES = {
    "lora_down.weight": "down",
    "lora_up.weight": "up",
    "lora_mid.weight": "mid",
    "lora_A.weight": "down",
    "lora_B.weight": "up",
    "lora_A.default.weight": "down",
    "lora_B.default.weight": "up",
    "lora.down.weight": "down",
    "lora.up.weight": "up",
    "lora_linear_layer.down.weight": "down",
    "lora_linear_layer.up.weight": "up",
}
_PARTS = (
    ("lora_unet_", "unet"),
    ("lora_te1_", "text_encoder"),
    ("lora_te2_", "text_encoder_2"),
    ("lora_te3_", "text_encoder_3"),
    ("lora_te_", "text_encoder"),
    ("lora_transformer_", "transformer"),
    ("lycoris_", "transformer"),
    ("model.diffusion_model.", "unet"),
    ("diffusion_model.", "unet"),
    ("text_encoder_2.", "text_encoder_2"),
    ("text_encoder.", "text_encoder"),
    ("unet.", "unet"),
    ("transformer.", "transformer"),
)
_WRAPPER = "base_model.model."  # of PEFT
_BARE = re.compile(
    r"(?:(?:single_)?transformer_blocks|(?:double|single|joint)_blocks|blocks|layers|(?:noise|context)_refiner"
    r"|txtfusion|text_fusion)\."
)
"""Beginnings of the names of transformers' layers in files without a prefix."""
_RESNET = {
    "in_layers_2": "conv1",
    "emb_layers_1": "time_emb_proj",
    "out_layers_3": "conv2",
    "skip_connection": "conv_shortcut",
    "in_layers_0": "norm1",
    "out_layers_0": "norm2",
}
_TOP = {
    "input_blocks_0_0": "conv_in",
    "time_embed_0": "time_embedding_linear_1",
    "time_embed_2": "time_embedding_linear_2",
    "label_emb_0_0": "add_embedding_linear_1",
    "label_emb_0_2": "add_embedding_linear_2",
    "out_2": "conv_out",
}
_MIDDLE = ("resnets_0", "attentions_0", "resnets_1")
LAYERS_PER_BLOCK = 2  # of every U-Net with the original names


def is_lora_key(name: str) -> bool:
    """Returns True for a tensor that only LoRA files have, in any layout."""
    suffix = _SUFFIXES.search(name.replace("_lora.", ".lora."))
    return suffix is not None and suffix.group(1) != "alpha"


def split_key(name: str) -> tuple[str, str, str] | None:
    """Returns module, flat path of the layer and role of the tensor; None if it belongs to no layer."""
    name = name.replace("_lora.", ".lora.")  # diffusers' first layout: ...processor.to_q_lora.down.weight
    suffix = _SUFFIXES.search(name)
    if suffix is None:
        return None
    role = "dora_scale" if "magnitude" in suffix.group(1) else _ROLES.get(suffix.group(1), suffix.group(1))
    path = name[: suffix.start()].removeprefix(_WRAPPER)
    for prefix, part in _PARTS:
        if path.startswith(prefix):
            return part, _flat(part, path[len(prefix) :]), role
    is_network = name.startswith(_WRAPPER) or _BARE.match(path) is not None
    return ("unet", _flat("unet", path), role) if is_network else None


def _flat(part: str, path: str) -> str:
    flat = path.replace(".", "_").replace("_processor_", "_")
    # diffusers' first layout names the list that holds the layer; a single block of Flux.2 has no such list.
    if flat.endswith("_to_out") and not flat.startswith("single_transformer_blocks"):
        flat = f"{flat}_0"
    if part.startswith("text_encoder"):
        return flat.removeprefix("text_model_")
    return from_original(flat) if part == "unet" else flat


def from_original(flat: str) -> str:
    """Returns diffusers' flat path for a layer of the original U-Net; other paths unchanged."""
    if flat in _TOP:
        return _TOP[flat]
    match = re.match(r"(input_blocks|output_blocks|middle_block)_(\d{1,3})(?:_(\d{1,3}))?_(.*)$", flat)
    if match is None:
        return flat
    side, first, second, rest = match.groups()
    if side == "middle_block":  # middle_block_1_transformer_...: the layer follows the number
        rest = "_".join(part for part in (second, rest) if part)
        place = int(first)
        return f"mid_block_{_MIDDLE[place]}_{_RESNET.get(rest, rest)}" if place < len(_MIDDLE) else flat
    return _outer(side, int(first), int(second or 0), rest)


def _outer(side: str, index: int, place: int, rest: str) -> str:
    down = side == "input_blocks"
    block, layer = divmod(index - 1 if down else index, LAYERS_PER_BLOCK + 1)
    head = f"{'down' if down else 'up'}_blocks_{block}"
    if down and rest == "op":
        return f"{head}_downsamplers_0_conv"
    if not down and rest == "conv":
        return f"{head}_upsamplers_0_conv"
    if place == 0:
        return f"{head}_resnets_{layer}_{_RESNET.get(rest, rest)}"
    return f"{head}_attentions_{layer}_{rest}"
