"""The original U-Net's paths of layers, from diffusers' paths: `to_original`."""

import re
from collections.abc import Collection

_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_TOP = {
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
}
_OUTER = re.compile(
    r"(down|up)_blocks[._](\d+)[._](resnets|attentions|downsamplers|upsamplers)[._](\d+)[._](.*)"
)
_MIDDLE = re.compile(r"mid_block[._](resnets|attentions)[._](\d+)[._](.*)")
_LAYERS = 3
"""Numbers of the original U-Net for each block of diffusers."""


def to_original(path: str, separator: str = "_", plain: Collection[int] = ()) -> str:
    """Returns the original U-Net's path of a layer for diffusers' path.

    Args:
        path: The path, whose parts the separator joins.
        separator: "." or, as in LoRA files, "_".
        plain: Numbers of the up blocks without attention, whose upsamplers have another place.
    """
    top = {name.replace(".", separator): place for name, place in _TOP.items()}
    return (top[path] if path in top else _inner(path, plain)).replace(".", separator)


def _inner(path: str, plain: Collection[int]) -> str:
    """Returns the path of a layer of a block, whose own parts are joined by "."."""
    if match := _MIDDLE.fullmatch(path):
        kind, index, rest = match.groups()
        return f"middle_block.{1 if kind == 'attentions' else 2 * int(index)}.{_RESNET.get(rest, rest)}"
    match = _OUTER.fullmatch(path)
    if match is None:
        return path
    side, block, kind, layer, rest = match.groups()
    head = "input_blocks" if side == "down" else "output_blocks"
    first = int(block) * _LAYERS + (side == "down")
    if kind == "downsamplers":
        return f"{head}.{first + _LAYERS - 1}.0.op"
    if kind == "upsamplers":
        return f"{head}.{first + _LAYERS - 1}.{1 if int(block) in plain else 2}.{rest}"
    place = 1 if kind == "attentions" else 0
    return f"{head}.{first + int(layer)}.{place}.{_RESNET.get(rest, rest)}"
