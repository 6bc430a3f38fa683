"""The settings of images that requests of A1111's API describe."""

import re
from typing import Any

from PIL import Image, ImageFilter

from animator.server.context import ServerContext
from animator.server.errors import RequestError
from animator.server.images.request_files import RequestFiles, decode_image
from animator.server.sdapi.bodies import GenerationBody, Img2ImgBody, Txt2ImgBody
from animator.server.sdapi.models import find_checkpoint
from animator.server.sdapi.samplers import sampler_of
from animator.server.sdapi.upscalers import upscaler_of
from animator.server.sdapi.web_ui_options import AUTOMATIC, WebUiValues, changed

MAX_PIXELS = 2**28
"""Pixels of all images of a request."""
_EXTRA_NETWORKS = re.compile(r"<(?:lora|lyco|hypernet):[^<>]*>")
_RESIZE_MODES = ("stretch", "crop", "pad", "latent")
_FILLS = ("fill", "original", "latent noise", "latent nothing")
_DIGITS = 10


def shared_settings(body: GenerationBody, context: ServerContext) -> dict[str, Any]:
    """Returns the settings that both kinds of requests have.

    Raises:
        HTTPException: The sampler is unknown.
        UserError: A model or an option is unknown, or the request is too large.
    """
    options = changed(context.web_ui.values, body.override_settings)
    sampler = sampler_of(body.sampler, body.scheduler)
    etas = (options.eta_ddim, options.eta_ancestral) if body.eta is None else (body.eta, body.eta)
    settings: dict[str, Any] = {
        "prompt": _prompt(body.prompt, body),
        "negative_prompt": _prompt(body.negative_prompt, body),
        "styles": body.styles,
        "model": find_checkpoint(options.sd_model_checkpoint, context),
        "size": [body.width, body.height],
        "seed": body.seed,
        "subseed": body.subseed,
        "subseed_strength": body.subseed_strength,
        "count": body.batch_size * body.n_iter,
        "batch": body.batch_size,
        "steps": body.steps,
        "cfg_scale": body.cfg_scale,
        "distilled_cfg_scale": body.distilled_cfg_scale,
        "sampler": sampler,
        "clip_skip": options.CLIP_stop_at_last_layers,
        "ddim_eta": etas[0],
        "ancestral_eta": etas[1],
        "tiling": body.tiling,
        "vae": _vae(options),
    }
    if body.seed_resize_from_w > 0 and body.seed_resize_from_h > 0:
        settings["seed_resize"] = [body.seed_resize_from_w, body.seed_resize_from_h]
    if body.refiner_checkpoint:
        refiner = find_checkpoint(body.refiner_checkpoint, context)
        settings["refiner"] = {"model": refiner, "share": body.refiner_switch_at}
    return settings


def text_settings(body: Txt2ImgBody, context: ServerContext) -> dict[str, Any]:
    """Returns the settings of a txt2img request; errors as `shared_settings`."""
    settings = shared_settings(body, context)
    size = [body.width, body.height]
    if body.enable_hr:
        if body.firstphase_width and body.firstphase_height:  # the size is then that of the second pass
            settings["size"] = [body.firstphase_width, body.firstphase_height]
            large = size
        else:
            large = _second_size(body)
        hires = {
            "size": large,
            "upscaler": upscaler_of(body.hr_upscaler, context),
            "steps": body.hr_second_pass_steps,
            "strength": _kept(body.denoising_strength),
            "prompt": _prompt(body.hr_prompt, body),
            "negative_prompt": _prompt(body.hr_negative_prompt, body),
            "sampler": _second_sampler(body),
            "cfg_scale": body.hr_cfg,
        }
        if body.hr_checkpoint_name and body.hr_checkpoint_name.lower() != "use same checkpoint":
            hires["model"] = find_checkpoint(body.hr_checkpoint_name, context)
        settings["hires"] = hires
        size = large
    _check_work(body, size)
    return settings


def image_settings(body: Img2ImgBody, context: ServerContext, files: RequestFiles) -> dict[str, Any]:
    """Returns the settings of an img2img request, whose images are decoded and written as files.

    Raises:
        UserError: As `shared_settings`, or an image cannot be decoded.
        OSError: A file cannot be written.
    """
    settings = shared_settings(body, context)
    _check_work(body, [body.width, body.height])
    multiplier = body.initial_noise_multiplier
    if multiplier is None:
        multiplier = changed(context.web_ui.values, body.override_settings).initial_noise_multiplier
    settings["init"] = {
        "image": files.add(decode_image(body.init_images[0]).over_black),
        "strength": _kept(body.denoising_strength),
        "resize": _RESIZE_MODES[body.resize_mode],
        "noise_multiplier": multiplier,
    }
    settings["image_cfg_scale"] = body.image_cfg_scale
    if body.mask:
        settings["mask"] = _mask(body, decode_image(body.mask).over_black.convert("L"), files)
        if body.resize_mode == 3:  # A1111 stretches there, too: a latent has no mask
            settings["init"]["resize"] = "stretch"
    return settings


def _mask(body: Img2ImgBody, mask: Image.Image, files: RequestFiles) -> dict[str, Any]:
    blur_x = body.mask_blur if body.mask_blur_x is None else body.mask_blur_x
    blur_y = body.mask_blur if body.mask_blur_y is None else body.mask_blur_y
    if blur_x != blur_y:
        mask, blur_x = mask.filter(ImageFilter.GaussianBlur((blur_x, blur_y))), 0.0
    return {
        "image": files.add(mask),
        "blur": blur_x,
        "invert": bool(body.inpainting_mask_invert),
        "fill": _FILLS[body.inpainting_fill],
        "full_res": body.inpaint_full_res,
        "padding": body.inpaint_full_res_padding,
    }


def _second_size(body: Txt2ImgBody) -> list[int]:
    """Returns the size of the second pass: that of one side or both, or by the factor."""
    wide, high = body.hr_resize_x, body.hr_resize_y
    if wide and not high:
        high = max(8, round(wide * body.height / body.width))
    elif high and not wide:
        wide = max(8, round(high * body.width / body.height))
    elif not wide:
        wide, high = int(body.width * body.hr_scale), int(body.height * body.hr_scale)
    return [wide, high]


def _second_sampler(body: Txt2ImgBody) -> str:
    """Returns the sampler of the second pass; empty for that of the first."""
    name = "" if body.hr_sampler_name.lower() == "use same sampler" else body.hr_sampler_name
    scheduler = "" if body.hr_scheduler.lower() == "use same scheduler" else body.hr_scheduler
    if not name and not scheduler:
        return ""
    return sampler_of(name or body.sampler, scheduler or body.scheduler)


def _check_work(body: GenerationBody, size: list[int]) -> None:
    pixels = size[0] * size[1] * body.batch_size * body.n_iter
    if pixels > MAX_PIXELS:
        raise RequestError(
            "/n_iter",
            f"the request asks for {pixels} pixels in all; expected at most {MAX_PIXELS}: fewer or smaller "
            "images, in several requests",
        )


def _prompt(text: str, body: GenerationBody) -> str:
    return _EXTRA_NETWORKS.sub("", text) if body.disable_extra_networks else text


def _kept(denoising: float) -> float:
    return round(1 - denoising, _DIGITS)


def _vae(options: WebUiValues) -> str:
    return "" if options.sd_vae.lower() in AUTOMATIC else options.sd_vae
