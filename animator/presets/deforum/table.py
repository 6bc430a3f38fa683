"""The mapping between Deforum's settings and ours, as data: every setting of the Deforum extension 3.0.

Settings that are not supported yet are in `features`; to support one, move its line from there to `MAPPED`.
Defaults are the extension's own: the values of settings that a file does not have.
"""

from collections.abc import Mapping
from typing import Any

from animator.presets.deforum.clip_rows import CLIP_ROWS
from animator.presets.deforum.conversions import (
    Choice,
    Number,
    OpenChoice,
    Side,
    Soundtrack,
    SwitchedChoice,
    Tiling,
    one_of,
    same,
)
from animator.presets.deforum.forge_rows import FORGE_ROWS
from animator.presets.deforum.mask_rows import MASK_ROWS
from animator.presets.deforum.rows import FLOW, PLAIN, SWITCH, TEXT, EnableFlag, Row

YES, NO = True, False
_MODES = Choice(
    {"2D": "2d", "3D": "3d", "Video Input": "video", "Interpolation": "interpolation"},
    refused={
        "FramePack F1": "this video model of a fork is not supported; expected one of 2D, 3D, Interpolation",
        "None": "it makes single images, not a film; expected one of 2D, 3D, Video Input, Interpolation",
    },
)
_COHERENCES = Choice(same("None", "HSV", "LAB", "RGB") | {"Image": "LAB", "Video Input": "LAB"}, "LAB")
_SEEDS = one_of("iter", "fixed", "random", "ladder", "alternate", "schedule")
_NETWORKS = OpenChoice(
    (
        "Midas-3-Hybrid",
        "Midas+AdaBins (old)",
        "Zoe+AdaBins (old)",
        "AdaBins",
        "Zoe",
        "Leres",
        "Depth-Anything-V2-Small",
    )
)
_UPSCALERS = OpenChoice(("realesr-animevideov3", "realesrgan-x4plus", "realesrgan-x4plus-anime"))
_SOUNDS = Soundtrack(same("None", "File", "Init Video"))
_ENGINES = Choice(same("None", "RIFE v4.6", "FILM") | {f"RIFE v4.{n}": "RIFE v4.6" for n in (0, 3)})
_PADDINGS = one_of("border", "reflection", "zeros", otherwise="border")


_FILE = EnableFlag("add_soundtrack", value="", on="File", default=None)
_LARGER = EnableFlag("r_upscale_video", value="lanczos", default=None)

MAPPED = (
    Row("batch_name", "Deforum_{timestring}", "name", TEXT),
    Row("animation_mode", "2D", "mode", _MODES),
    Row("W", 512, "size.0", Side(64, 8192)),
    Row("H", 512, "size.1", Side(64, 8192)),
    Row("max_frames", 120, "frames", Number(1, 1_000_000, whole=True)),
    Row("fps", 15, "fps", Number(0.001, 1000)),
    Row("prompts", None, "prompts", PLAIN),
    Row("animation_prompts_positive", "", "prompt_prefix", TEXT),
    Row("animation_prompts_negative", "", "negative_prompt", TEXT),
    # the generation
    Row("strength_schedule", "0: (0.65)", "diffusion.strength"),
    Row("steps", 25, "diffusion.steps", Number(1, 10_000, whole=True)),
    Row(
        "steps_schedule",
        "0: (25)",
        "diffusion.steps",
        gate=EnableFlag("enable_steps_scheduling", plain="steps"),
    ),
    Row("cfg_scale_schedule", "0: (7)", "diffusion.cfg_scale"),
    Row("pix2pix_img_cfg_scale_schedule", "0:(1.5)", "diffusion.image_cfg_scale"),
    Row("sampler", "Euler a", "diffusion.sampler", PLAIN),
    Row(
        "sampler_schedule",
        '0: ("Euler a")',
        "diffusion.sampler",
        gate=EnableFlag("enable_sampler_scheduling", plain="sampler"),
    ),
    Row("seed", -1, "diffusion.seed", Number(-1, 2**64, whole=True)),
    Row("seed_behavior", "iter", "diffusion.seed_behavior", _SEEDS),
    Row("seed_iter_N", 1, "diffusion.seed_iter_n", Number(1, whole=True)),
    Row("seed_schedule", '0:(s), 1:(-1), "max_f-2":(-1), "max_f-1":(s)', "diffusion.seed_schedule"),
    Row(
        "subseed_schedule",
        "0: (1)",
        "diffusion.subseed",
        gate=EnableFlag("enable_subseed_scheduling", value=-1, follows=True),
    ),
    Row(
        "subseed_strength_schedule",
        "0: (0)",
        "diffusion.subseed_strength",
        gate=EnableFlag("enable_subseed_scheduling", value=0),
    ),
    Row(
        "noise_multiplier_schedule",
        "0: (1.05)",
        "diffusion.noise_multiplier",
        gate=EnableFlag("enable_noise_multiplier_scheduling", value=1, default=True),
    ),
    Row(
        "clipskip_schedule",
        "0: (2)",
        "diffusion.clip_skip",
        gate=EnableFlag("enable_clipskip_scheduling", value=1),
    ),
    Row(
        "ddim_eta_schedule",
        "0: (0)",
        "diffusion.ddim_eta",
        gate=EnableFlag("enable_ddim_eta_scheduling", value=0),
    ),
    Row(
        "ancestral_eta_schedule",
        "0: (1)",
        "diffusion.ancestral_eta",
        gate=EnableFlag("enable_ancestral_eta_scheduling", value=1),
    ),
    Row(
        "checkpoint_schedule",
        '0: ("model1.ckpt"), 100: ("model2.safetensors")',
        "diffusion.checkpoint",
        gate=EnableFlag("enable_checkpoint_scheduling", value=""),
    ),
    Row("restore_faces", NO, "face_restoration.enabled", SWITCH),
    Row("seed_resize_from_w", 0, "diffusion.seed_resize_from.0", Side(0, 8192)),
    Row("seed_resize_from_h", 0, "diffusion.seed_resize_from.1", Side(0, 8192)),
    Row("tiling", NO, "diffusion.tiling", Tiling()),
    Row("diffusion_cadence", 2, "diffusion.cadence", Number(1, whole=True)),
    Row("optical_flow_cadence", "None", "diffusion.optical_flow_cadence", FLOW),
    Row("cadence_flow_factor_schedule", "0: (1)", "diffusion.cadence_flow_factor"),
    Row("optical_flow_redo_generation", "None", "diffusion.optical_flow_redo_generation", FLOW),
    Row("redo_flow_factor_schedule", "0: (1)", "diffusion.redo_flow_factor"),
    Row("diffusion_redo", "0", "diffusion.diffusion_redo", Number(0, 50, whole=True)),
    Row("init_image", "", "init.image", TEXT, EnableFlag("use_init", value="")),
    Row("strength", 0.8, "init.strength", Number(0, 1)),
    *CLIP_ROWS,
    *MASK_ROWS,
    # the motion
    Row("angle", "0: (0)", "motion.angle"),
    Row("zoom", "0: (1.0025+0.002*sin(1.25*3.14*t/30))", "motion.zoom"),
    Row("translation_x", "0: (0)", "motion.translation_x"),
    Row("translation_y", "0: (0)", "motion.translation_y"),
    Row("translation_z", "0: (1.75)", "motion.translation_z"),
    Row("transform_center_x", "0: (0.5)", "motion.transform_center_x"),
    Row("transform_center_y", "0: (0.5)", "motion.transform_center_y"),
    Row("rotation_3d_x", "0: (0)", "motion.rotation_3d_x"),
    Row("rotation_3d_y", "0: (0)", "motion.rotation_3d_y"),
    Row("rotation_3d_z", "0: (0)", "motion.rotation_3d_z"),
    Row("enable_perspective_flip", NO, "motion.enable_perspective_flip", SWITCH),
    Row("perspective_flip_theta", "0: (0)", "motion.perspective_flip_theta"),
    Row("perspective_flip_phi", "0: (0)", "motion.perspective_flip_phi"),
    Row("perspective_flip_gamma", "0: (0)", "motion.perspective_flip_gamma"),
    Row("perspective_flip_fv", "0: (53)", "motion.perspective_flip_fv"),
    Row("border", "replicate", "motion.border", one_of("replicate", "wrap", otherwise="replicate")),
    Row("fov_schedule", "0: (70)", "camera.fov"),
    Row("aspect_ratio_schedule", "0: (1)", "camera.aspect_ratio"),
    Row("aspect_ratio_use_old_formula", NO, "camera.aspect_ratio_use_old_formula", SWITCH),
    Row("near_schedule", "0: (200)", "camera.near"),
    Row("far_schedule", "0: (10000)", "camera.far"),
    Row("padding_mode", "border", "camera.padding", _PADDINGS),
    Row("sampling_mode", "bicubic", "camera.sampling", one_of("bicubic", "bilinear", "nearest")),
    Row("use_depth_warping", YES, "depth.use_depth_warping", SWITCH),
    Row("depth_algorithm", "Midas-3-Hybrid", "depth.model", _NETWORKS),
    Row("midas_weight", 0.2, "depth.midas_weight", Number(0, 1)),
    Row("save_depth_maps", NO, "depth.save_depth_maps", SWITCH),
    # before and after the generation
    Row("noise_type", "perlin", "noise.type", one_of("uniform", "perlin", otherwise="uniform")),
    Row("noise_schedule", "0: (0.065)", "noise.amount"),
    Row("perlin_w", 8, "noise.perlin_w", Number(0.1, 64)),
    Row("perlin_h", 8, "noise.perlin_h", Number(0.1, 64)),
    Row("perlin_octaves", 4, "noise.perlin_octaves", Number(0, 12, whole=True)),
    Row("perlin_persistence", 0.5, "noise.perlin_persistence", Number(0, 1)),
    Row("color_coherence", "LAB", "color.coherence", _COHERENCES),
    Row("color_coherence_image_path", "", "color.image", TEXT),
    Row(
        "color_coherence_video_every_N_frames",
        1,
        "color.coherence_video_every_n_frames",
        Number(1, whole=True),
    ),
    Row("color_force_grayscale", NO, "color.force_grayscale", SWITCH),
    Row("legacy_colormatch", NO, "color.legacy", SWITCH),
    Row("contrast_schedule", "0: (1.0)", "color.contrast"),
    Row("amount_schedule", "0: (0.1)", "sharpen.amount"),
    Row("kernel_schedule", "0: (5)", "sharpen.kernel"),
    Row("sigma_schedule", "0: (1)", "sharpen.sigma"),
    Row("threshold_schedule", "0: (0)", "sharpen.threshold"),
    # the output
    Row("skip_video_creation", NO, "output.format", SwitchedChoice("png", "mp4")),
    Row("make_gif", NO, "output.make_gif", SWITCH),
    Row("add_soundtrack", "None", "sound.add_soundtrack", _SOUNDS),
    Row("soundtrack_path", "", "sound.soundtrack_path", TEXT, _FILE),
    Row("r_upscale_video", NO, "upscaling.enabled", SWITCH),
    Row("r_upscale_factor", "x2", "upscaling.factor", Choice({"x2": 2, "x3": 3, "x4": 4})),
    Row("r_upscale_model", "realesr-animevideov3", "upscaling.model", _UPSCALERS, _LARGER),
    Row("r_upscale_keep_imgs", YES, "upscaling.keep_images", SWITCH),
    Row("frame_interpolation_engine", "None", "frame_interpolation.engine", _ENGINES),
    Row("frame_interpolation_x_amount", 2, "frame_interpolation.amount", Number(2, 10, whole=True)),
    Row("frame_interpolation_slow_mo_enabled", NO, "frame_interpolation.slow_motion", SWITCH),
    Row(
        "frame_interpolation_slow_mo_amount",
        2,
        "frame_interpolation.slow_motion_amount",
        Number(2, 10, whole=True),
    ),
    Row("frame_interpolation_keep_imgs", NO, "frame_interpolation.keep_images", SWITCH),
    Row("frame_interpolation_use_upscaled", NO, "frame_interpolation.use_upscaled", SWITCH),
)

COMPAT: Mapping[str, Any] = {
    "compat": True,
    "diffusion.cadence_warp": "chained",
    "motion.sampling": "bilinear",
    "color.reference": "first",
}
"""Settings of ours without a Deforum name, set to its behavior."""

COMBINED = frozenset(
    {
        "size",
        "compat",
        "controlnet",
        "prompt_suffix",
        "download",
        "output.subtitle_values",
        "diffusion.seed_resize_from",
    }
)
"""Settings of ours that depend on several of Deforum's, or on none."""

ALL_ROWS = (*MAPPED, *FORGE_ROWS)
"""The extension's settings, and those of its forks."""
ROWS: Mapping[str, Row] = {row.name: row for row in ALL_ROWS}
SWITCHES: Mapping[str, Any] = {
    row.gate.switch: row.gate.default for row in MAPPED if row.gate and row.gate.default is not None
}
"""Deforum's switches of other settings, with its defaults."""
