"""Rows of the mapping for masks and guided images."""

import json
from collections.abc import Mapping
from typing import Any

from animator.masks.expression import parse_mask
from animator.presets.deforum.conversions import Conversion, Number, one_of
from animator.presets.deforum.rows import SWITCH, TEXT, EnableFlag, Row
from animator.settings.keyed_images import KeyedImages
from schedules import TextSchedule

YES, NO = True, False


class Expressions(Conversion):
    """Mask expressions by frame. Their brackets are kept, which Deforum drops from all texts by frame."""

    def read(self, value: Any) -> Any:
        """Returns the expressions as a mapping."""
        if not isinstance(value, str | Mapping) or value == "":
            raise ValueError('expected masks by frame, such as 0: ("{video_mask}")')
        keys = TextSchedule.parse(value).keys
        for key in keys:
            parse_mask(key.text)
        return {key.at.text: key.text for key in keys}


class Images(Conversion):
    """Images by frame, as JSON."""

    def read(self, value: Any) -> Any:
        """Returns the images as a mapping."""
        if not isinstance(value, str | Mapping):
            raise ValueError('expected images by frame, such as {"0": "a.png", "max_f/2": "b.png"}')
        return KeyedImages.parse(value).source

    def write(self, value: Any) -> str:
        """Returns the images as JSON; an empty text if there are none."""
        return json.dumps(value.source, ensure_ascii=False, indent=4) if value.keys else ""


MASKS = Expressions()
_FILLS = one_of("fill", "original", "latent noise", "latent nothing")
_FACTOR = Number(0, 100)

MASK_ROWS = (
    Row("use_mask", NO, "mask.use_mask", SWITCH),
    Row("use_alpha_as_mask", NO, "mask.use_alpha_as_mask", SWITCH, EnableFlag("use_init", value=NO)),
    Row("mask_file", "", "mask.mask_file", TEXT, EnableFlag("use_mask", value="", default=None)),
    Row("invert_mask", NO, "mask.invert_mask", SWITCH),
    # Deforum's contrast changes the brightness, and the other way round.
    Row("mask_contrast_adjust", 1.0, "mask.brightness_adjust", _FACTOR),
    Row("mask_brightness_adjust", 1.0, "mask.contrast_adjust", _FACTOR),
    Row("overlay_mask", YES, "mask.overlay_mask", SWITCH),
    Row("mask_overlay_blur", 4, "mask.overlay_blur", Number(0, 64)),
    Row("fill", "original", "mask.fill", _FILLS),
    Row("full_res_mask", YES, "mask.full_res_mask", SWITCH),
    Row("full_res_mask_padding", 4, "mask.full_res_mask_padding", Number(0, 512, whole=True)),
    Row("use_mask_video", NO, "mask.use_mask_video", SWITCH),
    Row(
        "video_mask_path",
        "",
        "mask.video_mask_path",
        TEXT,
        EnableFlag("use_mask_video", value="", default=None),
    ),
    Row(
        "mask_schedule",
        '0: ("{video_mask}")',
        "mask.mask_schedule",
        MASKS,
        EnableFlag("use_mask", value="{video_mask}", default=None),
    ),
    Row("use_noise_mask", NO, "mask.use_noise_mask", SWITCH),
    Row(
        "noise_mask_schedule",
        '0: ("{video_mask}")',
        "mask.noise_mask_schedule",
        MASKS,
        EnableFlag("use_noise_mask", value="{video_mask}", default=None),
    ),
    # guided images
    Row("use_looper", NO, "guided.use_looper", SWITCH),
    Row("init_images", "", "guided.init_images", Images(), EnableFlag("use_looper", value="", default=None)),
    Row("image_strength_schedule", "0:(0.75)", "guided.image_strength_schedule"),
    Row("blendFactorMax", "0:(0.35)", "guided.blend_factor_max"),
    Row("blendFactorSlope", "0:(0.25)", "guided.blend_factor_slope"),
    Row("tweening_frames_schedule", "0:(20)", "guided.tweening_frames_schedule"),
    Row("color_correction_factor", "0:(0.075)", "guided.color_correction_factor"),
)
