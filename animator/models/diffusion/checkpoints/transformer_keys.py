"""The families of flow-matching networks that a LoRA file fits, by the names and shapes of its layers."""

from collections.abc import Mapping

from animator.models.diffusion.checkpoints.layer_names import FIRST_NUMBER, LAYER_NAMES
from animator.models.diffusion.checkpoints.lora_keys import split_key

_WIDTHS: Mapping[str, tuple[int, ...]] = {
    "sd3": (1536, 2432),
    "flux": (3072,),
    "chroma": (3072,),
    "flux2": (6144,),
    "flux2-klein": (3072, 4096),
    "qwen-image": (3072,),
    "z-image": (3840,),
    "lumina2": (2304,),
}
"""Widths of the published networks, which tell families with layers of equal names apart."""
_FLUX = {"img_mlp_0": 4.0, "txt_mlp_0": 4.0, "linear1": 7.0}
_FLUX2 = {"img_mlp_0": 6.0, "txt_mlp_0": 6.0, "linear1": 9.0}
_RATIOS: Mapping[str, Mapping[str, float]] = {
    "flux": _FLUX,
    "chroma": _FLUX,
    "flux2": _FLUX2,
    "flux2-klein": _FLUX2,
    "z-image": {"attention_qkv": 3.0},
    "lumina2": {"attention_qkv": 5 / 3},
}
"""A layer's rows for each of the network's width, by the end of its name, where equal names differ in it."""
_OF_UNETS = ("down_blocks", "up_blocks", "mid_block", "input_blocks", "output_blocks", "middle_block")


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
            layers.setdefault(FIRST_NUMBER.sub("_0_", key[1], count=1), {})[key[2]] = shape
    known = {
        family: sum(bool(names.targets(flat)) for flat in layers) for family, names in LAYER_NAMES.items()
    }
    most = max(known.values())
    if not most:
        return ()
    found = [family for family, count in known.items() if count == most and _has_ratios(family, layers)]
    width = _width(layers)
    return tuple(family for family in found if width in _WIDTHS.get(family, ())) or tuple(found)


def _has_ratios(family: str, layers: Mapping[str, Mapping[str, tuple[int, ...]]]) -> bool:
    """Returns True unless a fused layer's shape says that the file is for another network of equal names."""
    ratios = _RATIOS.get(family, {})
    for flat, roles in layers.items():
        name = next((name for name in ratios if flat.endswith(f"_{name}")), "")
        up, down = roles.get("up", ()), roles.get("down", ())
        if name and up and len(down) > 1 and up[0] != round(down[1] * ratios[name]):
            return False
    return True


def _width(layers: Mapping[str, Mapping[str, tuple[int, ...]]]) -> int:
    """Returns the width of the network's image tokens; 0 if no layer tells."""
    ends = ("attn_to_q", "attn1_to_q", "attention_to_q", "_qkv")
    downs = (roles.get("down", ()) for flat, roles in layers.items() if flat.endswith(ends))
    return next((shape[1] for shape in downs if len(shape) > 1), 0)
