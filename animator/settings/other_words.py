"""Words of A1111 and Deforum for settings that have another name here, for suggestions."""

import re

_SIZE = "did you mean `size`, as in `size: 512x320`?"
_STRENGTH = (
    "did you mean `diffusion.strength`? It is 1 - the denoising strength, the share of a frame that is kept"
)
_TURN = "did you mean `motion.angle` (2d), or `motion.rotation_3d_y` (3d: pan)?"
_QUESTIONS = {
    **dict.fromkeys(("width", "height", "w", "h", "resolution"), _SIZE),
    **dict.fromkeys(("denoise", "denoising", "denoising_strength"), _STRENGTH),
    **dict.fromkeys(("rotation", "rotate", "roll", "spin"), _TURN),
    **dict.fromkeys(("lora", "loras"), "LoRA files are named in a prompt: `<lora:name:0.8>`"),
}
_NAMES = {
    **dict.fromkeys(("cfg", "cfg_scale", "cfgscale", "guidance", "guidance_scale"), "diffusion.cfg_scale"),
    **dict.fromkeys(("step", "steps", "sampling_steps", "num_inference_steps"), "diffusion.steps"),
    **dict.fromkeys(("sampler", "sampler_name", "sampler_index", "scheduler"), "diffusion.sampler"),
    "clipskip": "diffusion.clip_skip",
    "pix2pix_img_cfg_scale": "diffusion.image_cfg_scale",
    **dict.fromkeys(("refiner_checkpoint", "refiner_model"), "diffusion.refiner"),
    **dict.fromkeys(("refiner_switch_at", "refiner_switch"), "diffusion.refiner_share"),
    **dict.fromkeys(("seed_resize_from_w", "seed_resize_from_h"), "diffusion.seed_resize_from"),
    "freeu_enabled": "freeu.enabled",
    **{f"freeu_{name}": f"freeu.{name}" for name in ("b1", "b2", "s1", "s2")},
    **dict.fromkeys(("kohya_hrfix", "kohya_hrfix_enabled"), "deep_shrink.enabled"),
    "kohya_hrfix_block_number": "deep_shrink.block",
    "kohya_hrfix_downscale_factor": "deep_shrink.factor",
    "kohya_hrfix_start_percent": "deep_shrink.start",
    "kohya_hrfix_end_percent": "deep_shrink.end",
    "variation_seed": "diffusion.subseed",
    "variation_strength": "diffusion.subseed_strength",
    "eta": "diffusion.ancestral_eta",
    **dict.fromkeys(("prompt", "positive", "positive_prompt", "animation_prompts"), "prompts"),
    **dict.fromkeys(("negative", "negative_prompts", "neg"), "negative_prompt"),
    "animation_prompts_positive": "prompt_prefix",
    "animation_prompts_negative": "negative_prompt",
    **dict.fromkeys(("max_frames", "frame_count", "num_frames", "length"), "frames"),
    **dict.fromkeys(("framerate", "frame_rate"), "fps"),
    "animation_mode": "mode",
    **dict.fromkeys(("checkpoint", "ckpt", "sd_model_checkpoint", "model_checkpoint", "sd_model"), "model"),
    "sd_vae": "diffusion.vae",
    "diffusion_cadence": "diffusion.cadence",
    **dict.fromkeys(("init_image", "image", "use_init"), "init.image"),
    **dict.fromkeys(("color_coherence", "color_match"), "color.coherence"),
    "padding_mode": "camera.padding",
    "sampling_mode": "camera.sampling",
    "depth_algorithm": "depth.model",
    "video_init_path": "video.path",
    "checkpoint_schedule": "diffusion.checkpoint",
    "color_coherence_image_path": "color.image",
    "legacy_colormatch": "color.legacy",
    "noise_mask_schedule": "mask.noise_mask_schedule",
    "image_strength_schedule": "guided.image_strength_schedule",
    "tweening_frames_schedule": "guided.tweening_frames_schedule",
    "blendfactormax": "guided.blend_factor_max",
    "blendfactorslope": "guided.blend_factor_slope",
    "amount_schedule": "sharpen.amount",
    "r_upscale_video": "upscaling.enabled",
    "r_upscale_factor": "upscaling.factor",
    "r_upscale_model": "upscaling.model",
    "r_upscale_keep_imgs": "upscaling.keep_images",
    "frame_interpolation_x_amount": "frame_interpolation.amount",
    "frame_interpolation_slow_mo_enabled": "frame_interpolation.slow_motion",
    "frame_interpolation_slow_mo_amount": "frame_interpolation.slow_motion_amount",
    "frame_interpolation_keep_imgs": "frame_interpolation.keep_images",
    **dict.fromkeys(("batch_name", "title"), "name"),
    **dict.fromkeys(("noise", "noise_schedule"), "noise.amount"),
    **dict.fromkeys(("contrast", "contrast_schedule"), "color.contrast"),
    **dict.fromkeys(("pan", "x"), "motion.translation_x"),
    **dict.fromkeys(("tilt", "y"), "motion.translation_y"),
    **dict.fromkeys(("dolly", "z"), "motion.translation_z"),
    "soundtrack": "sound.soundtrack_path",
    "add_soundtrack": "sound.add_soundtrack",
    "upscale": "upscaling.enabled",
    "midas_weight": "depth.midas_weight",
    "restore_faces": "face_restoration.enabled",
    "use_mask": "mask.use_mask",
}
MAIN_SETTINGS = {
    "steps": "diffusion.steps",
    "diffusion": "diffusion.steps",
    "init": "init.image",
    "video": "video.path",
    "hybrid": "hybrid.motion",
    "motion": "motion.zoom",
    "camera": "camera.fov",
    "depth": "depth.model",
    "mask": "mask.mask_file",
    "guided": "guided.init_images",
    "freeu": "freeu.enabled",
    "deep_shrink": "deep_shrink.enabled",
    "noise": "noise.amount",
    "color": "color.coherence",
    "sharpen": "sharpen.amount",
    "face_restoration": "face_restoration.enabled",
    "output": "output.format",
    "sound": "sound.soundtrack_path",
    "upscaling": "upscaling.factor",
    "frame_interpolation": "frame_interpolation.engine",
}
"""Group -> the setting that a single value for the group probably means."""
_ENDING = re.compile(r"_(schedule|series|sch)$")


def words_of(name: str) -> tuple[str, ...]:
    """Returns a setting's name in lower case, and without Deforum's ending `_schedule`."""
    lower = name.strip().lower()
    return tuple(dict.fromkeys((lower, _ENDING.sub("", lower))))


def question_about(word: str) -> str:
    """Returns the question that leads from a word of A1111 or Deforum to our setting; empty for others.

    Args:
        word: The name of an unknown setting in lower case, without its group.
    """
    return _QUESTIONS.get(word) or (f"did you mean `{_NAMES[word]}`?" if word in _NAMES else "")
