"""The fields of an image's infotext, as A1111 and its extensions name them, and the settings they hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from animator.presets.infotext_fields import number, plain_number

RESIZE_MODES = {
    "stretch": "Just resize",
    "crop": "Crop and resize",
    "pad": "Resize and fill",
    "latent": "Just resize (latent upscale)",
}
_MODEL_SUFFIXES = (".safetensors", ".ckpt", ".pt", ".pth", ".bin")
_UPSCALERS = {
    "none": "lanczos",
    "lanczos": "lanczos",
    "nearest": "nearest",
    "r-esrgan 4x+": "realesrgan-x4plus",
    "r-esrgan 4x+ anime6b": "realesrgan-x4plus-anime",
}

_FACE_MODELS = {"gfpgan": "GFPGANv1.4", "codeformer": "codeformer-v0.1.0"}


def shown(value: object) -> str:
    """Returns a value as A1111 writes it: whole numbers without a fraction, sizes as 512x320."""
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    return plain_number(value)


def size(text: str) -> Any:
    """Returns width and height of a text such as `512x320`; other texts as they are."""
    sides = [side.strip() for side in text.lower().split("x")]
    is_size = len(sides) == 2 and all(side.isdecimal() and len(side) < 10 for side in sides)
    return [int(side) for side in sides] if is_size else text


def truth(text: str) -> Any:
    """Returns True or False for these words, and any other text in lower case."""
    return {"true": True, "false": False}.get(text.strip().lower(), text.strip().lower())


def stem_of(name: str) -> str:
    """Returns the name of a model without its folder and its suffix."""
    last = PurePath(name).name
    return next((last.removesuffix(end) for end in _MODEL_SUFFIXES if last.endswith(end)), last)


def model_name(text: str) -> str:
    """Returns a model's name without the hash in brackets behind it."""
    return text.rpartition(" [")[0] if text.endswith("]") and " [" in text else text


def upscaler(text: str) -> str:
    """Returns the name of an upscaler of A1111 here; others as they are."""
    return _UPSCALERS.get(text.strip().lower(), text.strip())


def face_model(text: str) -> str:
    """Returns the name of a network for faces of A1111 here; others as they are."""
    return _FACE_MODELS.get(text.strip().lower(), text.strip())


@dataclass(frozen=True)
class Field:
    """A field of an infotext.

    Attributes:
        name: Its name.
        setting: The setting it holds, such as `hires.steps`; written where it differs from the default.
        read: Returns the value of a text.
        write: Returns the text of a value.
    """

    name: str
    setting: str
    read: Callable[[str], Any] = number
    write: Callable[[Any], str] = shown


def _choice(names: Mapping[Any, str]) -> Callable[[str], Any]:
    back = {name.lower(): value for value, name in names.items()}
    return lambda text: back.get(text.strip().lower(), text)


_AREAS = {True: "Only masked", False: "Whole picture"}
_MASKS = {True: "Inpaint not masked", False: "Inpaint masked"}
_HIRES = (
    Field("Hires upscale", "hires.scale"),
    Field("Hires resize", "hires.size", size),
    Field("Hires steps", "hires.steps"),
    Field("Hires upscaler", "hires.upscaler", upscaler),
    Field("Hires prompt", "hires.prompt", str),
    Field("Hires negative prompt", "hires.negative_prompt", str),
    Field("Hires sampler", "hires.sampler", str),
    Field("Hires CFG Scale", "hires.cfg_scale"),
    Field("Hires checkpoint", "hires.model", model_name),
)
_MASK = (
    Field("Mask blur", "mask.blur"),
    Field("Mask mode", "mask.invert", _choice(_MASKS), _MASKS.__getitem__),
    Field("Masked content", "mask.fill", str),
    Field("Inpaint area", "mask.full_res", _choice(_AREAS), _AREAS.__getitem__),
    Field("Masked area padding", "mask.padding"),
)
FIELDS = (
    Field("Steps", "steps"),
    Field("CFG scale", "cfg_scale"),
    Field("Seed", "seed"),
    Field("Size", "size", size),
    Field("Variation seed", "subseed"),
    Field("Variation seed strength", "subseed_strength"),
    Field("Seed resize from", "seed_resize", size),
    Field("Clip skip", "clip_skip"),
    Field("Eta DDIM", "ddim_eta"),
    Field("Eta", "ancestral_eta"),
    Field("CFG rescale", "cfg_rescale"),
    Field("Distilled CFG Scale", "distilled_cfg_scale"),
    Field("Image CFG scale", "image_cfg_scale"),
    Field("Tiling", "tiling", truth),
    Field("Noise multiplier", "init.noise_multiplier"),
    Field("Resize mode", "init.resize", _choice(RESIZE_MODES), lambda mode: RESIZE_MODES[mode]),
    *_MASK,
    *(Field(f"Outpaint {side}", f"outpaint.{side}") for side in ("left", "top", "right", "bottom", "blur")),
    Field("Outpaint fill", "outpaint.fill", str),
    *_HIRES,
    Field("Face restoration", "face_restoration.model", face_model),
    Field("Face restoration strength", "face_restoration.strength"),
    Field("Face restoration fidelity", "face_restoration.fidelity"),
    Field("Refiner", "refiner.model", model_name),
    Field("Refiner switch at", "refiner.share"),
    *(Field(f"freeu_{name}", f"freeu.{name}") for name in ("b1", "b2", "s1", "s2", "start", "end")),
    Field("kohya_hrfix_block_number", "deep_shrink.block"),
    Field("kohya_hrfix_downscale_factor", "deep_shrink.factor"),
    Field("kohya_hrfix_start_percent", "deep_shrink.start"),
    Field("kohya_hrfix_end_percent", "deep_shrink.end"),
)
"""In the order in which they are written; sampler, model and denoising strength are apart."""
ALWAYS = ("steps", "cfg_scale", "seed", "size")
"""Settings that are written also where they have their defaults."""
SWITCHES = {"freeu_enabled": "freeu", "kohya_hrfix_enabled": "deep_shrink"}
"""Fields that say whether a group is on."""
MASK_SETTINGS = tuple(field.setting for field in _MASK)
HIRES_SETTINGS = tuple(field.setting for field in _HIRES)
"""Settings that say something only where there is a mask, or a second pass."""
UNUSED = (
    "Model hash",
    "VAE hash",
    "Version",
    "Hashes",
    "Lora hashes",
    "TI hashes",
    "Init image hash",
    "Hires schedule type",
)
"""Fields that change no image, or are read with another one."""
