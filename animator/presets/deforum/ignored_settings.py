"""Settings without effect on frames here, and settings of notebooks and forks."""

from animator.presets.deforum.features import IDLE, Feature

HOST = (
    Feature(
        "how the web UI stores, shows and resumes films",
        {
            "show_info_on_ui": True,
            "strength_0_no_init": True,
            "reroll_blank_frames": "ignore",
            "reroll_patience": 10,
            "init_image_box": None,
            "resume_from_timestring": False,
            "resume_timestring": "20230129210106",
            "delete_imgs": False,
            "delete_input_frames": False,
            "store_frames_in_ram": False,
            "image_path": "",
        },
        {},
        "",
        (
            "deforum_git_commit_id", "timestring", "filename_format", "outdir", "save_", "show_", "display_",
            "make_grid", "grid_rows", "n_batch", "n_samples", "precision", "output_format", "ffmpeg_",
            "use_manual_settings", "log_weighted_subprompts", "override_these_with_webui", "bit_depth_output",
            "from_img2img_instead_of_link", "model_path", "parseq_", "sampler_name", "scheduler", "C", "f",
            "fodername", "firstphase_", "seed_enable_extras", "fetched_parseq_", "render_", "use_mask_video_",
        ),
    ),
    Feature(
        "empty slots of notebooks",
        {},
        {},
        "",
        ("init_latent", "init_sample", "init_sample_raw", "init_c", "mask_sample"),
    ),
)  # fmt: skip

FORKS = (
    Feature(
        "guidance by losses (notebooks)",
        {},
        dict.fromkeys(
            (
                "mean_scale", "var_scale", "exposure_scale", "colormatch_scale", "clip_scale",
                "aesthetics_scale", "init_mse_scale", "blue_scale",
            ),
            IDLE,
        ),
        "only the prompt guides the generation",
        (
            "exposure_target", "colormatch_", "ignore_sat_weight", "clip_name", "cutn", "cut_pow",
            "init_mse_",
            "gradient_", "decode_method", "grad_", "clamp_", "cond_uncond_sync",
        ),
    ),
    Feature(
        "thresholds (notebooks)",
        {},
        {"dynamic_threshold": IDLE, "static_threshold": IDLE},
        "no threshold is applied while sampling",
    ),
    Feature(
        "prompt weights (notebooks)",
        {},
        {},
        "",
        ("prompt_weighting", "normalize_prompt_weights"),
    ),
    Feature("high-resolution fix", {}, {"enable_hr": IDLE}, "frames are generated in one pass"),
    Feature(
        "distilled guidance of InstructPix2Pix (Forge)",
        {},
        {},
        "",
        ("pix2pix_img_distilled_",),
    ),
    Feature(
        "scheduled schedulers (Forge)",
        {},
        {"enable_scheduler_scheduling": IDLE},
        "the schedule type stays the same for the whole film",
        ("scheduler_schedule",),
    ),
    Feature(
        "other ways to shrink, of the Kohya high-resolution fix (Forge)",
        {},
        {
            "kohya_hrfix_downscale_after_skip": (True, "True", "true", None),
            "kohya_hrfix_downscale_method": ("bicubic", None),
            "kohya_hrfix_upscale_method": ("bicubic", None),
        },
        "the grid is resized bicubically, behind the skip connection",
        within="kohya_hrfix_enabled",
    ),
    Feature(
        "camera shake (Forge)",
        {},
        {"shake_name": (None, "", "None")},
        "the camera does not shake",
        ("shake_",),
    ),
    Feature(
        "keyframe distribution (Forge)",
        {},
        {"keyframe_distribution": (None, "Off", "Uniform"), "parseq_key_frame_redistribution": (None, "Off")},
        "every diffusion_cadence-th frame is generated",
        ("keyframe_",),
    ),
    Feature(
        "Wan video (forks)",
        {},
        {"wan_mode": (None, "Disabled")},
        "frames are generated one after the other",
        ("wan_",),
    ),
    Feature("story mode (forks)", {}, {"ENABLE_STORY_MODE": IDLE}, "no story is generated"),
    Feature("keyed scenes (forks)", {}, {"anim_set_on": IDLE}, "they are left out", ("anim_settings",)),
)  # fmt: skip
