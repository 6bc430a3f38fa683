"""Identifies a model file from its header: checkpoint, LoRA, VAE, ControlNet and so on, and its family."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from animator.models.diffusion.checkpoints.adapter_keys import is_for_flux
from animator.models.diffusion.checkpoints.file_header import Header, read_header
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.checkpoints.lora_keys import is_lora_key
from animator.models.diffusion.checkpoints.network_signs import (
    flow_control_family,
    network_family,
    text_encoder_kind,
)
from animator.models.diffusion.checkpoints.t2i_keys import is_adapter, is_for_xl
from animator.models.diffusion.checkpoints.transformer_keys import lora_families

Shapes = Mapping[str, tuple[int, ...]]

FAMILY_NAMES = {
    "sd1": "Stable Diffusion 1",
    "sd2": "Stable Diffusion 2",
    "sdxl": "SDXL",
    "sdxl-refiner": "SDXL refiner",
    **{family.key: family.title for family in FLOW_FAMILIES.values()},
    "": "unknown base",
}
_SAME_LATENTS = ({"sd1", "sd2"}, {"sdxl", "sdxl-refiner"})
_CONTROLNET = ("control_model.", "controlnet_cond_embedding", "controlnet_down_blocks", "input_hint_block")
LLLITE, UNION, T2I_ADAPTER = "ControlNet-LLLite", "union ControlNet", "T2I-Adapter"
CONTROLNETS = ("controlnet", UNION, T2I_ADAPTER, LLLITE)
"""What a ControlNet unit may name, as `Kind.what` says."""
_OTHER_CONTROLNETS = (
    (LLLITE, ("lllite_",)),
    (UNION, ("control_add_embedding", "task_embedding")),
)
_HYPERNETWORK = re.compile(r"\d{1,5}\.[01]\.linear", re.ASCII)
_FACE_PROJECTIONS = ("image_proj.perceiver_resampler.", "image_proj.proj.0.")
_IMAGE_ENCODER = {"vision_model.embeddings.patch_embedding.weight", "visual_projection.weight"}
_BY_WIDTH = {768: "sd1", 1024: "sd2", 2048: "sdxl", 1280: "sdxl-refiner"}


@dataclass(frozen=True)
class Kind:
    """Type of a model file.

    Attributes:
        what: "checkpoint", "unet", "lora", "embedding", "vae", "controlnet", "hypernetwork", "IP-Adapter",
            "image encoder", a kind of text encoder, "unknown", or another name.
        family: Key of `FAMILY_NAMES`.
        others: Other families that a LoRA fits, whose layers have the same names.
        is_inpainting: True if the U-Net takes a mask and the masked image as additional channels.
        is_editing: True if the U-Net takes the image to edit as additional channels (InstructPix2Pix).
        prediction: "v_prediction" or "epsilon" if the file declares it, else empty.
        is_zero_terminal: True if the file declares zero terminal SNR.
        is_few_step: True if the file's metadata names a distilled model (turbo, lightning, LCM).
    """

    what: str
    family: str = ""
    is_inpainting: bool = False
    prediction: str = ""
    is_zero_terminal: bool = False
    is_few_step: bool = False
    is_editing: bool = False
    others: tuple[str, ...] = ()

    @property
    def families(self) -> tuple[str, ...]:
        """All families that the file is for; none if that is not known."""
        return (self.family, *self.others) if self.family else ()

    @property
    def made_for(self) -> str:
        """Names of the families that the file is for, for people."""
        return " or ".join(FAMILY_NAMES[family] for family in self.families) or FAMILY_NAMES[""]

    def __str__(self) -> str:
        name = {
            "unet": "network without text encoder and VAE",
            "lora": "LoRA",
            "controlnet": "ControlNet",
        }.get(self.what, self.what)
        parts = [self.made_for] if self.family else []
        parts += ["inpainting"] if self.is_inpainting else []
        parts += ["InstructPix2Pix"] if self.is_editing else []
        return " ".join([*parts, name])


def identify(path: Path) -> Kind:
    """Identifies a file.

    Raises:
        ModelError: The file cannot be read or is corrupt.
    """
    return identify_header(read_header(path))


def identify_header(header: Header) -> Kind:
    """Identifies a file by its header."""
    shapes = header.shapes
    if found := _of_images(shapes) or _addition(shapes):
        return found
    if found := _of_control_images(shapes):
        return found
    if any(name.startswith("model.diffusion_model.") for name in shapes) or network_family(shapes):
        return _checkpoint(header)
    if text_encoder := text_encoder_kind(shapes):
        return Kind(text_encoder)
    if _any(
        shapes, "encoder.conv_in.weight", "decoder.conv_in.weight", "decoder.layers.", "decoder.middle.0."
    ):
        return Kind("vae")
    return Kind("unknown")


def _of_images(shapes: Shapes) -> Kind | None:
    """Returns the kind of a file by which images are prompts; None for others."""
    if is_for_flux(shapes):
        return Kind("IP-Adapter", "flux")
    if _any(shapes, ".to_k_ip.weight") and _any(shapes, "image_proj."):
        # The projection of full-face adapters has a layer more than that of FaceID.
        is_face_id = _any(shapes, *_FACE_PROJECTIONS) and "image_proj.proj.3.weight" not in shapes
        what = "IP-Adapter FaceID" if is_face_id else "IP-Adapter"
        return Kind(what, family_of_width(_width(shapes, (".to_k_ip.weight",))))
    return Kind("image encoder") if shapes.keys() >= _IMAGE_ENCODER else None


def _of_control_images(shapes: Shapes) -> Kind | None:
    """Returns the kind of a network that reads control images; None for others."""
    for what, signs in _OTHER_CONTROLNETS:
        if _any(shapes, *signs):
            return Kind(what, "sdxl")
    if family := flow_control_family(shapes):
        return Kind("controlnet", family)
    if is_adapter(shapes):
        return Kind(T2I_ADAPTER, "sdxl" if is_for_xl(shapes) else "sd1")
    if _any(shapes, *_CONTROLNET):
        return Kind("controlnet", family_of_width(_width(shapes, ("attn2.to_k.weight",))))
    return None


def _addition(shapes: Shapes) -> Kind | None:
    """Returns the kind of a small file that is added to a checkpoint by a prompt; None for others."""
    if any(is_lora_key(name) for name in shapes):
        families = lora_families(shapes) or (_lora_family(shapes),)
        return Kind("lora", families[0], others=families[1:])
    if _is_embedding(shapes):
        return Kind("embedding", _embedding_family(shapes))
    if shapes and all(_HYPERNETWORK.match(name) for name in shapes):
        return Kind("hypernetwork", _hypernetwork_family(shapes))
    return None


def share_latents(family: str, other: str) -> bool:
    """Returns True if latents of two families mean the same: those of a base, or of a near one."""
    return any({family, other} <= families for families in _SAME_LATENTS)


def family_of_width(width: int) -> str:
    """Returns the family with this cross-attention width; empty if unknown."""
    return _BY_WIDTH.get(width, "")


def base_of_width(width: int) -> str:
    """Returns what the base with this cross-attention width is called."""
    family = family_of_width(width)
    return FAMILY_NAMES[family] if family else f"a base of width {width}"


def _checkpoint(header: Header) -> Kind:
    shapes = header.shapes
    first = shapes.get("model.diffusion_model.input_blocks.0.0.weight", ())
    metadata = " ".join(header.metadata.values()).lower()
    return Kind(
        what="checkpoint" if _any(shapes, "cond_stage_model.", "conditioner.", "text_encoders.") else "unet",
        family=network_family(shapes) or _family(shapes),
        is_inpainting=len(first) == 4 and first[1] == 9,
        is_editing=len(first) == 4 and first[1] == 8,
        prediction=_prediction(header),
        is_zero_terminal="ztsnr" in shapes,
        is_few_step=any(name in metadata for name in ("turbo", "lightning", "lcm", "hyper-sd")),
    )


def _family(shapes: Shapes) -> str:
    signs = (
        ("sdxl", "conditioner.embedders.1."),
        ("sdxl-refiner", "conditioner.embedders.0.model."),
        ("sd2", "cond_stage_model.model."),
        ("sd1", "cond_stage_model.transformer."),
    )
    family = next((family for family, sign in signs if _any(shapes, sign)), "")
    return family or _BY_WIDTH.get(_width(shapes, ("attn2.to_k.weight",)), "")


def _prediction(header: Header) -> str:
    if "v_pred" in header.shapes:
        return "v_prediction"
    declared = header.metadata.get(
        "modelspec.predict_key", header.metadata.get("modelspec.prediction_type", "")
    )
    if declared.lower() in ("v", "v_prediction", "v-prediction"):
        return "v_prediction"
    return "epsilon" if declared.lower() in ("epsilon", "eps") else ""


def _lora_family(shapes: Shapes) -> str:
    width = _width(shapes, ("attn2_to_k.lora_down", "attn2.to_k.lora_A", "attn2.to_k.lora.down"))
    if width in _BY_WIDTH:
        return _BY_WIDTH[width]
    return "sdxl" if _any(shapes, "lora_te2_", "text_encoder_2.") else ""


def _hypernetwork_family(shapes: Shapes) -> str:
    widths = {int(name.partition(".")[0]) for name in shapes}
    return next((family for width, family in _BY_WIDTH.items() if width in widths and width != 1280), "")


def _is_embedding(shapes: Shapes) -> bool:
    if not 1 <= len(shapes) <= 4:
        return False
    known = {"emb_params", "clip_l", "clip_g"}
    return bool(known & set(shapes)) or all(
        name.startswith("string_to_param") or (len(shapes) == 1 and len(shape) <= 2 and shape[-1:] >= (32,))
        for name, shape in shapes.items()
    )


def _embedding_family(shapes: Shapes) -> str:
    if {"clip_l", "clip_g"} & set(shapes):
        return "sdxl"
    width = sum(next(iter(shapes.values()))[-1:])  # 0 for a scalar
    return {768: "sd1", 1024: "sd2"}.get(width, "")


def _width(shapes: Shapes, signs: tuple[str, ...]) -> int:
    """Returns the input width of the first layer of one of these names; 0 if there is none."""
    for name, shape in shapes.items():
        if any(sign in name for sign in signs) and len(shape) >= 2:
            return shape[1]
    return 0


def _any(shapes: Shapes, *signs: str) -> bool:
    return any(sign in name for name in shapes for sign in signs)
