"""What txt2img and img2img answer: the images, the request, and `info` as JSON text."""

import base64
import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from animator import __version__
from animator.core.printable import printable
from animator.jobs.images.desk import ImageTask
from animator.jobs.images.work import MadeImage
from animator.models.diffusion.samplers.registry import split_sampler
from animator.presets.infotext import Infotext
from animator.server.sdapi.bodies import GenerationBody, Img2ImgBody

_BLANK = ("init_images", "mask")
_UNUSED = ("s_churn", "s_tmin", "s_tmax", "s_noise", "s_min_uncond", "mask_round")
"""Fields of a request that change no image; clients send most of them with their defaults."""
_BASIC_FIELDS = (
    "Steps",
    "Sampler",
    "Schedule type",
    "CFG scale",
    "Seed",
    "Size",
    "Model",
    "Model hash",
    "Version",
)
"""Fields of an infotext that `info` has under names of its own."""


class GenerationAnswer(BaseModel):
    """Generated images."""

    images: list[str] = Field(
        description="PNG files in base64, with their infotext; none without `send_images`."
    )
    parameters: dict[str, Any] = Field(description="The request, without its images.")
    info: str = Field(description="How the images were made, as JSON text.")


def generation_answer(body: GenerationBody, task: ImageTask) -> GenerationAnswer:
    """Returns the answer for finished images."""
    images = [as_base64(image.png) for image in task.images] if body.send_images else []
    return GenerationAnswer(images=images, parameters=_parameters(body), info=json.dumps(_info(body, task)))


def as_base64(data: bytes) -> str:
    """Returns a file in base64."""
    return base64.b64encode(data).decode("ascii")


def timestamp(moment: float) -> str:
    """Returns a time in seconds since 1970 as A1111 writes it: the server's local time, digits alone."""
    return f"{datetime.fromtimestamp(moment):%Y%m%d%H%M%S}"


def _parameters(body: GenerationBody) -> dict[str, Any]:
    """Returns the request, without images unless they are asked for."""
    values = body.model_dump()
    values["alwayson_scripts"] = {printable(name): {"args": []} for name in body.alwayson_scripts}
    if isinstance(body, Img2ImgBody) and not body.include_init_images:
        values |= dict.fromkeys(_BLANK)
    return values


def _info(body: GenerationBody, task: ImageTask) -> dict[str, Any]:
    """Returns `info`; where an interruption came before the first image, of the request alone."""
    images = task.images or (MadeImage(b"", max(0, body.seed), max(0, body.subseed)),)
    first, made = images[0], len(task.images)
    fields = Infotext.parse(first.infotext)
    settings = first.settings
    return {
        "prompt": fields.positive or body.prompt,
        "all_prompts": [Infotext.parse(image.infotext).positive for image in task.images],
        "negative_prompt": fields.negative or body.negative_prompt,
        "all_negative_prompts": [Infotext.parse(image.infotext).negative for image in task.images],
        "seed": first.seed,
        "all_seeds": [image.seed for image in task.images],
        "subseed": first.subseed,
        "all_subseeds": [image.subseed for image in task.images],
        "subseed_strength": body.subseed_strength,
        "width": body.width,
        "height": body.height,
        "sampler_name": split_sampler(settings.get("sampler", body.sampler))[0],
        "cfg_scale": body.cfg_scale,
        "steps": body.steps,
        "batch_size": body.batch_size,
        "restore_faces": body.restore_faces,
        "face_restoration_model": fields.fields.get("Face restoration"),
        "sd_model_name": fields.fields.get("Model", ""),
        "sd_model_hash": first.model_hash,
        "sd_vae_name": fields.fields.get("VAE"),
        "sd_vae_hash": None,
        "seed_resize_from_w": body.seed_resize_from_w,
        "seed_resize_from_h": body.seed_resize_from_h,
        "denoising_strength": body.denoising_strength,
        "extra_generation_params": {
            name: text for name, text in fields.fields.items() if name not in _BASIC_FIELDS
        },
        "index_of_first_image": 0,
        "infotexts": [image.infotext for image in task.images],
        "styles": body.styles,
        "job_timestamp": timestamp(task.created),
        "clip_skip": settings.get("clip_skip", 1),
        "is_using_inpainting_conditioning": first.is_inpainting,
        "version": f"animator {__version__}",
        "comments": _comments(body, made),
    }


def _comments(body: GenerationBody, made: int) -> list[str]:
    """Returns what of the request had no effect, and that an end came early."""
    defaults = type(body).model_fields
    names = [name for name in _UNUSED if name in defaults and getattr(body, name) != defaults[name].default]
    have = "have" if len(names) > 1 else "has"
    comments = [f"{', '.join(names)}: {have} no effect here"] if names else []
    if made < body.batch_size * body.n_iter:
        comments.append(f"ended early, with {made} of {body.batch_size * body.n_iter} images")
    return comments
