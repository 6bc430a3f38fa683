"""Answers to unknown settings of images: the setting that is meant, also for words of A1111."""

from collections.abc import Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from animator.generation.settings import ImageSettings
from schedules.suggest import suggestion

_DENOISING = (
    "did you mean `init.strength`? It is 1 - the denoising strength, the share of the image that is kept"
)
_QUESTIONS = {
    **dict.fromkeys(
        ("width", "height", "w", "h", "resolution"), "did you mean `size`, as in `size: 512x320`?"
    ),
    **dict.fromkeys(("denoise", "denoising", "denoising_strength", "strength"), _DENOISING),
    **dict.fromkeys(("lora", "loras"), "LoRA files are named in the prompt: `<lora:name:0.8>`"),
    **dict.fromkeys(
        ("hypernet", "hypernetwork"), "hypernetworks are named in the prompt: `<hypernet:name:0.8>`"
    ),
}
_NAMES = {
    **dict.fromkeys(("cfg", "cfgscale", "guidance", "guidance_scale"), "cfg_scale"),
    **dict.fromkeys(("step", "sampling_steps", "num_inference_steps"), "steps"),
    **dict.fromkeys(("sampler_name", "sampler_index", "scheduler"), "sampler"),
    **dict.fromkeys(("negative", "negative_prompts", "neg"), "negative_prompt"),
    **dict.fromkeys(("prompts", "positive", "positive_prompt"), "prompt"),
    **dict.fromkeys(("checkpoint", "ckpt", "sd_model_checkpoint", "sd_model"), "model"),
    **dict.fromkeys(("n_iter", "images", "number"), "count"),
    **dict.fromkeys(("batch_size", "batch_count"), "batch"),
    **dict.fromkeys(("init_image", "init_images", "image"), "init.image"),
    **dict.fromkeys(("mask_blur", "mask_blur_x"), "mask.blur"),
    "variation_seed": "subseed",
    "variation_strength": "subseed_strength",
    "eta": "ancestral_eta",
    "sd_vae": "vae",
    "resize_mode": "init.resize",
    "inpainting_fill": "mask.fill",
    "inpaint_full_res": "mask.full_res",
    "inpaint_full_res_padding": "mask.padding",
    "inpainting_mask_invert": "mask.invert",
    "enable_hr": "hires.scale",
    "hr_scale": "hires.scale",
    "hr_upscaler": "hires.upscaler",
    "hr_second_pass_steps": "hires.steps",
    "refiner_checkpoint": "refiner.model",
    "refiner_switch_at": "refiner.share",
}
_MAIN = {
    "init": "init.image",
    "mask": "mask.image",
    "outpaint": "outpaint.left",
    "hires": "hires.scale",
    "refiner": "refiner.model",
    "freeu": "freeu.b1",
    "deep_shrink": "deep_shrink.factor",
}
"""Group -> the setting that a single value for the group probably means."""


def main_setting(group: str) -> str:
    """Returns the setting that a single value for a group probably means; empty for other names."""
    return _MAIN.get(group, "")


def unknown_setting(path: tuple[str, ...]) -> str:
    """Returns the message about a setting that does not exist."""
    group = group_at(path[:-1])
    names = list(group.model_fields) if group else []
    word = path[-1].strip().lower()
    inner = ".".join((*path[:-1], word))
    if word in names and word != path[-1]:
        return f"unknown setting; did you mean `{inner}`?"
    if question := question_about(word):
        return f"unknown setting; {question}"
    known = f"known here: {', '.join(sorted(names))}"
    return f"unknown setting; {suggestion(path[-1], names) or known}"


def question_about(word: str) -> str:
    """Returns the question that leads from a word to a setting of images; empty for other words."""
    if word in _QUESTIONS:
        return _QUESTIONS[word]
    meant = _NAMES.get(word) or next(_owners(word), "")
    return f"did you mean `{meant}`?" if meant else ""


def group_at(path: tuple[str, ...]) -> type[BaseModel] | None:
    """Returns the class of the group at a path such as `("controlnet", "0")`; None where there is none."""
    group: type[BaseModel] | None = ImageSettings
    for name in path:
        if name.isdecimal():
            continue
        field = group.model_fields.get(name) if group else None
        group = group_in(field.annotation) if field else None
    return group


def group_in(annotation: Any) -> type[BaseModel] | None:
    """Returns the class of settings in a type: itself, or inside of a union or a tuple; None without one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (tuple, Union, UnionType):
        return next(filter(None, map(group_in, get_args(annotation))), None)
    return None


def _owners(word: str) -> Iterator[str]:
    """Yields the settings of a name in any group, such as `hires.scale`, also of `hires_scale`."""
    if word in ImageSettings.model_fields:
        yield word
    for name in _MAIN:
        group = group_at((name,))
        settings = group.model_fields if group else {}
        yield from (f"{name}.{one}" for one in (word, word.removeprefix(f"{name}_")) if one in settings)
