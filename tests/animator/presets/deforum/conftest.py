"""Settings files of several generations, as small as they come."""

import json
from typing import Any

import pytest

EXTENSION: dict[str, Any] = {
    "W": 512, "H": 320, "seed": 42, "sampler": "DPM++ 2M Karras", "steps": 20,
    "batch_name": "lake_{timestring}",
    "seed_behavior": "ladder", "use_init": False, "strength": 0.8, "init_image": "old.png",
    "prompts": {"0": "a lake at dawn", "max_f/2": "a lake at night --neg fog"},
    "animation_prompts_positive": "painting of", "animation_prompts_negative": "blurry",
    "animation_mode": "3D", "max_frames": 40, "border": "wrap", "zoom": "0:(1.02)",
    "translation_z": "0: (5*sin(t/3)), 20: (3)", "strength_schedule": "0: (0.65), 25: (0.55)",
    "cfg_scale_schedule": "0: (5)", "enable_steps_scheduling": True, "steps_schedule": "0: (25), 30: (15)",
    "enable_subseed_scheduling": True, "subseed_schedule": "0: (3)", "subseed_strength_schedule": "0: (0.2)",
    "enable_noise_multiplier_scheduling": False, "noise_multiplier_schedule": "0: (1.1)",
    "enable_clipskip_scheduling": True, "clipskip_schedule": "0: (2)", "color_coherence": "Image",
    "color_coherence_image_path": "warm.png", "legacy_colormatch": False, "diffusion_cadence": "3",
    "optical_flow_cadence": "DIS Fine", "diffusion_redo": "1",
    "noise_type": "uniform", "depth_algorithm": "Zoe",
    "padding_mode": "reflection", "fps": 24, "use_mask": True, "mask_file": "mask.png", "overlay_mask": True,
    "hybrid_motion": "None", "hybrid_flow_method": "RAFT", "show_info_on_ui": True,
    "sd_model_name": "mine.ckpt",
    "cn_1_enabled": False, "cn_1_weight": "0:(1)", "brand_new_key": 3,
}  # fmt: skip
NOTEBOOK: dict[str, Any] = {
    "width": 704, "height": 450, "seed": 3, "sampler": "euler_ancestral", "steps": 50, "scale": 7,
    "animation_mode": "2D", "max_frames": 100, "border": "warp", "angle": "0:(0)", "zoom": "0: (1.04)",
    "animation_prompts": {"0": "a", "50": "b"}, "prompts": ["still"], "diffusion_cadence": "3",
    "color_coherence": "Match Frame 0 HSV", "fov": 40, "near_plane": 200, "clip_scale": 0, "n_batch": 1,
    "interpolate_key_frames": False, "interpolate_x_frames": 4, "init_latent": None,
}  # fmt: skip
CLOUD: dict[str, Any] = {
    "input": {
        "width": 448, "height": 448, "num_inference_steps": 20, "fps": 10, "max_frames": 20,
        "animation_mode": "Interpolation", "animation_prompts": "0: a lake | 10: a sea",
        "uncond_prompts": "fog",
    }
}  # fmt: skip
EARLY: dict[str, Any] = {
    "W": 448, "H": 640, "seed": -1, "sampler": "Euler a", "steps": 25, "seed_behavior": "iter",
    "subseed": 4, "subseed_strength": 0, "restore_faces": False, "tiling": False, "use_init": False,
    "enable_subseed_scheduling": False, "animation_mode": "2D", "max_frames": 60, "border": "replicate",
    "angle": "0:(0.5*sin(t/5))", "zoom": "0:(1.02)",
    "translation_x": "0:(0), 30:(4)", "translation_y": "0:(0)",
    "translation_z": "0:(2)", "rotation_3d_x": "0:(0)", "rotation_3d_y": "0:(0)", "rotation_3d_z": "0:(0)",
    "flip_2d_perspective": True, "perspective_flip_theta": "0:(0)", "perspective_flip_phi": "0:(t%15)",
    "perspective_flip_gamma": "0:(0)", "perspective_flip_fv": "0:(53)", "noise_schedule": "0: (0.02)",
    "strength_schedule": "0: (0.6)", "contrast_schedule": "0: (1.0)", "cfg_scale_schedule": "0: (7)",
    "fov_schedule": "0: (40)", "near_schedule": "0: (200)", "far_schedule": "0: (10000)",
    "seed_schedule": "0: (t%4294967293)", "color_coherence": "Match Frame 0 LAB", "diffusion_cadence": "2",
    "use_depth_warping": True, "midas_weight": 0.3, "padding_mode": "border", "sampling_mode": "bicubic",
    "histogram_matching": False, "interpolate_key_frames": False, "interpolate_x_frames": 4,
    "prompts": {"0": "a red house", "30": "a blue house --neg people"}, "resume_from_timestring": False,
}  # fmt: skip
SECOND: dict[str, Any] = {
    **EARLY, "flip_2d_perspective": False, "animation_mode": "3D", "color_coherence": "Match Frame 0 HSV",
    "noise_type": "uniform", "perlin_octaves": 4, "perlin_persistence": 0.5, "amount_schedule": "0: (0.35)",
    "kernel_schedule": "0: (5)", "sigma_schedule": "0: (1.0)", "threshold_schedule": "0: (0.0)",
    "enable_steps_scheduling": False, "steps_schedule": "0: (25)", "hybrid_composite": False,
    "hybrid_motion": "None", "skip_video_for_run_all": False, "add_soundtrack": False, "fps": "24",
    "animation_prompts_positive": "detailed", "animation_prompts_negative": "text", "use_zoe_depth": True,
}  # fmt: skip
STUDIO: dict[str, Any] = {
    "input": {"settings": {**EXTENSION, "motion_preview_mode": False, "audio_path": "", "sampler": 0}}
}
FORGE: dict[str, Any] = {
    **EXTENSION, "sampler": "Euler", "scheduler": "Simple", "distilled_cfg_scale_schedule": "0: (3.5)",
    "animation_mode": "3D", "depth_algorithm": "Depth-Anything-V2-Small", "W": 512, "H": 512,
}  # fmt: skip
GENERATIONS = {
    "extension": EXTENSION,
    "notebook": NOTEBOOK,
    "early": EARLY,
    "second": SECOND,
    "studio": STUDIO,
    "forge": FORGE,
    "cloud": CLOUD,
    "empty": {},
}


@pytest.fixture(params=GENERATIONS)
def generation(request: pytest.FixtureRequest) -> str:
    """The text of a settings file, of each generation in turn."""
    return json.dumps(GENERATIONS[request.param], indent=1)


@pytest.fixture
def notebook() -> dict[str, Any]:
    """The settings of a notebook."""
    return dict(NOTEBOOK)


@pytest.fixture
def extension() -> dict[str, Any]:
    """The settings of the extension 3.0, some of them."""
    return dict(EXTENSION)
