"""Deforum's settings that have no place here yet, by feature, and what a film loses without it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OFF = (False, "False", "false", None, "", "None", 0)


@dataclass(frozen=True)
class Feature:
    """A part of Deforum that is left out.

    Attributes:
        name: What people call it.
        settings: Its settings with Deforum's defaults.
        switches: The settings that put it to use -> the values with which it plays no part.
        loss: What the film lacks without it; empty where it changes no picture.
        also: Names of further settings that belong to it; one that ends in _ stands for all that begin so.
    """

    name: str
    settings: Mapping[str, Any]
    switches: Mapping[str, tuple[Any, ...]]
    loss: str
    also: tuple[str, ...] = ()

    def used(self, settings: Mapping[str, Any]) -> bool:
        """True where a file puts the feature to use."""
        return any(settings.get(key, idle[0]) not in idle for key, idle in self.switches.items())

    def owns(self, key: str) -> bool:
        """True for the feature's own settings."""
        begins = tuple(name for name in self.also if name.endswith("_"))
        return key in self.settings or key in self.switches or key in self.also or key.startswith(begins)


FEATURES = (
    Feature(
        "checkpoint",
        {},
        {"sd_model_name": (None, "")},
        "the file names the checkpoint it was made with; give yours with --model",
        ("sd_model_",),
    ),
    Feature("face restoration", {"restore_faces": False}, {"restore_faces": OFF}, "faces stay as drawn"),
    Feature(
        "seed resize",
        {"seed_resize_from_w": 0, "seed_resize_from_h": 0},
        {"seed_resize_from_w": OFF, "seed_resize_from_h": OFF},
        "the noise is drawn at the film's own size",
    ),
    Feature(
        "image guidance",
        {"pix2pix_img_cfg_scale_schedule": "0:(1.5)"},
        {},
        "",
        ("pix2pix_img_",),
    ),
    Feature(
        "video input",
        {
            "extract_to_frame": -1,
            "overwrite_extracted_frames": False,
        },
        {},
        "",
    ),
    Feature(
        "hybrid video",
        {
            "hybrid_generate_inputframes": False,
            "hybrid_generate_human_masks": "None",
            "hybrid_use_first_frame_as_init_image": True,
            "hybrid_motion": "None",
            "hybrid_motion_use_prev_img": False,
            "hybrid_flow_consistency": False,
            "hybrid_consistency_blur": 2,
            "hybrid_flow_method": "RAFT",
            "hybrid_composite": "None",
            "hybrid_use_init_image": False,
            "hybrid_comp_mask_type": "None",
            "hybrid_comp_mask_inverse": False,
            "hybrid_comp_mask_equalize": "None",
            "hybrid_comp_mask_auto_contrast": False,
            "hybrid_comp_save_extra_frames": False,
            "hybrid_comp_alpha_schedule": "0:(0.5)",
            "hybrid_comp_mask_blend_alpha_schedule": "0:(0.5)",
            "hybrid_comp_mask_contrast_schedule": "0:(1)",
            "hybrid_comp_mask_auto_contrast_cutoff_high_schedule": "0:(100)",
            "hybrid_comp_mask_auto_contrast_cutoff_low_schedule": "0:(0)",
            "hybrid_flow_factor_schedule": "0:(1)",
        },
        {"hybrid_motion": OFF, "hybrid_composite": OFF},
        "the clip neither moves the picture nor mixes into it",
        ("hybrid_",),
    ),
    Feature(
        "masks",
        {
            "use_mask": False,
            "use_alpha_as_mask": False,
            "mask_file": "",
            "invert_mask": False,
            "mask_contrast_adjust": 1.0,
            "mask_brightness_adjust": 1.0,
            "overlay_mask": True,
            "mask_overlay_blur": 4,
            "fill": "original",
            "full_res_mask": True,
            "full_res_mask_padding": 4,
            "use_mask_video": False,
            "video_mask_path": "",
            "mask_schedule": '0: ("{video_mask}")',
            "use_noise_mask": False,
            "noise_mask_schedule": '0: ("{video_mask}")',
        },
        {"use_mask": OFF, "use_noise_mask": OFF, "use_mask_video": OFF, "use_alpha_as_mask": OFF},
        "the whole picture is redrawn",
        ("mask_", "inpainting_"),
    ),
    Feature(
        "guided images",
        {
            "use_looper": False,
            "init_images": "",
            "image_strength_schedule": "0:(0.75)",
            "blendFactorMax": "0:(0.35)",
            "blendFactorSlope": "0:(0.25)",
            "tweening_frames_schedule": "0:(20)",
            "color_correction_factor": "0:(0.075)",
        },
        {"use_looper": OFF},
        "the film does not pass through the given pictures",
        ("image_keyframe_",),
    ),
    Feature(
        "motion preview",
        {"motion_preview_mode": False},
        {"motion_preview_mode": OFF},
        "frames are drawn; `animator preview` shows the motion alone",
    ),
    Feature(
        "interpolation between prompts",
        {},
        {"interpolate_key_frames": (True, None)},
        "prompts fade over the frames between their keys",
        ("interpolate_",),
    ),
    Feature(
        "frame interpolation",
        {
            "frame_interpolation_engine": "None",
            "frame_interpolation_x_amount": 2,
            "frame_interpolation_slow_mo_enabled": False,
            "frame_interpolation_slow_mo_amount": 2,
            "frame_interpolation_keep_imgs": False,
            "frame_interpolation_use_upscaled": False,
        },
        {"frame_interpolation_engine": OFF},
        "no frames are made up between the film's own",
        ("frame_interpolation_",),
    ),
    Feature(
        "upscaling",
        {
            "r_upscale_video": False,
            "r_upscale_factor": "x2",
            "r_upscale_model": "realesr-animevideov3",
            "r_upscale_keep_imgs": True,
        },
        {"r_upscale_video": OFF},
        "the film has the size it is drawn at",
        ("r_upscale_",),
    ),
    Feature(
        "sound",
        {"add_soundtrack": "None", "soundtrack_path": ""},
        {"add_soundtrack": OFF},
        "the film is silent",
        ("audio_",),
    ),
)
