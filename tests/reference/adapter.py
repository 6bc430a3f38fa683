"""The reference's cases mapped onto this project's code: plain Python and numpy in and out.

Imports stand inside the functions, so that this file loads without torch.
"""

from collections.abc import Callable
from typing import Any

DEVIATIONS: dict[str, str] = {
    "noise_16": "cells that do not divide the size are drawn; the reference raises RuntimeError",
    "noise_24": "uniform noise works at any size; the reference raises cv2.error",
    "noise_26": "octaves that do not divide the size are drawn; the reference raises RuntimeError",
    "usm_18": "an even kernel counts as the next odd one; the reference raises cv2.error",
    "3d_c3_flow_dis": "flow cadence acts; in the reference its flow is scaled to one pixel and cut at 0",
    "flow_redo_dis": "trials have seeds derived from the frame's; the reference's are not repeatable",
    "looper": "frame noise has seeds derived from the frame's; the reference's are not repeatable there",
    "mask_12": "a bracket's result keeps its own; in the reference later files overwrite it",
    "mask_16": "`!` acts on the mask behind it; the reference inverts the last one and drops what is between",
    "mask_18": "`&` binds tighter than `|` wherever it stands; the reference raises KeyError",
    "mask_32": "`!!` is twice not; the reference inverts once",
    "hybrid_composite_depth": "masks are stretched by the frame's own depth; there, by all depths so far",
    "hybrid_motion_flow_farneback": "Farneback works; the reference raises ValueError at its second frame",
    "motion_preview_3d": "a preview moves a test card; the reference's draws rectangles",
    "sampler_invalid": "an unknown sampler is an error before anything is generated",
    "uniform_odd_size": "uniform noise works at any size; the reference stops after one frame",
}


# --- families in the files beside this one --------------------------------------------------------


def _beside(stem: str, name: str) -> Callable[..., Any]:
    """A function of another file of this folder, which is loaded by its path at the first call."""

    def call(*arguments: Any, **named: Any) -> Any:
        import importlib.util
        import sys
        from pathlib import Path

        module = f"reference_{stem}"
        if module not in sys.modules:
            spec = importlib.util.spec_from_file_location(module, Path(__file__).with_name(f"{stem}.py"))
            assert spec is not None and spec.loader is not None
            sys.modules[module] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[module])
        return getattr(sys.modules[module], name)(*arguments, **named)

    return call


warp2d = _beside("pictures", "warp2d")
warp3d = _beside("pictures", "warp3d")
prepare_depth = _beside("pictures", "prepare_depth")
noise = _beside("pictures", "noise")
match_color = _beside("pictures", "match_color")
sharpen = _beside("pictures", "sharpen")
flow = _beside("pictures", "flow")
flow_warp = _beside("pictures", "flow_warp")
guided = _beside("masks", "guided")
mask = _beside("masks", "mask")
srt = _beside("settings", "srt")
deprecated_settings = _beside("settings", "deprecated_settings")
render_trace = _beside("loop", "render_trace")
depth_net = _beside("depth", "depth_net")
depth_pipe = _beside("depth", "depth_pipe")

# --- a: schedules ---------------------------------------------------------------------------------


def schedule(text: str, max_frames: int, seed: int, is_text: bool) -> list[float] | list[str]:
    from schedules import Schedule, Scope, TextSchedule

    scope = Scope(max_frames, seed=seed, compat=True)
    if is_text:
        return list(TextSchedule.parse(text).values(scope))
    return Schedule.parse(text).values(scope).tolist()


# --- b: prompts -----------------------------------------------------------------------------------


def prompts_expand(prompts: dict[str, str], max_frames: int) -> list[str]:
    from schedules import Prompts, Scope, compat_prompts

    keyed = [(key.at, key.text) for key in Prompts.parse(prompts).keys]
    return compat_prompts.expand(keyed, Scope(max_frames, compat=True))


def prompt_prepare(text: str, max_frames: int, frame: int, seed: int) -> str:
    import numpy as np

    from schedules import Scope, compat_prompts

    return compat_prompts.prepare(text, np.array([frame]), Scope(max_frames, seed=seed, compat=True))[0]


def prompt_split(text: str, frame: int, max_frames: int) -> tuple[str, str]:
    """The reference's last step; in films `prompt_prepare` comes first and leaves it no math."""
    import numpy as np

    from schedules import Scope
    from schedules.evaluate import evaluate
    from schedules.prompt_text import MATHS, NEGATIVE, PromptText

    filled = MATHS.sub(lambda math: math.group() if math.group(1) else "1", text)
    (whole,) = PromptText.parse(filled).render(
        np.array([frame]),
        Scope(1, compat=True),
        lambda formula, frames, scope: [str(value) for value in evaluate(formula, frames, scope).tolist()],
    )
    positive, *negatives = whole.split(NEGATIVE)
    return positive, "".join(negatives)


def prompts_interpolate(prompts: dict[str, str], max_frames: int) -> list[str]:
    from schedules import Prompts, Scope, compat_prompts

    keyed = [(key.at, key.text) for key in Prompts.parse(prompts).keys]
    series = compat_prompts.series(keyed, Scope(max_frames, compat=True), lambda text, at: [text] * len(at))
    return [text for text, _ in series]


def prompts_combine(prompts: dict[str, str], positive: str, negative: str) -> dict[str, str]:
    from schedules import compat_prompts

    return {key: compat_prompts.combine(text, positive, negative) for key, text in prompts.items()}


# --- c: seeds -------------------------------------------------------------------------------------


def seeds(behavior: str, iter_n: int, initial_seed: int, count: int) -> list[int]:
    from schedules.seeds import seed_sequence

    return list(seed_sequence(behavior, initial_seed, count, iter_n=iter_n, compat=True))


# --- m: Parseq ------------------------------------------------------------------------------------


_SERIES = {
    "fov_schedule": "fov",
    "near_schedule": "near",
    "far_schedule": "far",
    "aspect_ratio_schedule": "aspect_ratio",
}
"""Names of series that differ from those of their settings in the reference."""

_PRESET = {
    "angle": "0: (0)",
    "zoom": "0: (1.0025+0.002*sin(1.25*3.14*t/30))",
    "translation_x": "0: (0)",
    "translation_y": "0: (0)",
    "translation_z": "0: (1.75)",
    "rotation_3d_x": "0: (0)",
    "rotation_3d_y": "0: (0)",
    "rotation_3d_z": "0: (0)",
    "perspective_flip_theta": "0: (0)",
    "perspective_flip_fv": "0: (53)",
    "noise_schedule": "0: (0.065)",
    "strength_schedule": "0: (0.65)",
    "sampler_schedule": '0: ("Euler a")',
    "contrast_schedule": "0: (1.0)",
    "cfg_scale_schedule": "0: (7)",
    "steps_schedule": "0: (25)",
    "seed_schedule": '0:(s), 1:(-1), "max_f-2":(-1), "max_f-1":(s)',
    "fov_schedule": "0: (70)",
    "near_schedule": "0: (200)",
    "far_schedule": "0: (10000)",
    "subseed_schedule": "0: (1)",
    "subseed_strength_schedule": "0: (0)",
    "kernel_schedule": "0: (5)",
    "sigma_schedule": "0: (1)",
    "amount_schedule": "0: (0.1)",
    "threshold_schedule": "0: (0)",
    "clipskip_schedule": "0: (2)",
    "aspect_ratio_schedule": "0: (1)",
    "mask_schedule": '0: ("{video_mask}")',
    "hybrid_comp_alpha_schedule": "0:(0.5)",
    "cadence_flow_factor_schedule": "0: (1)",
    "noise_multiplier_schedule": "0: (1.05)",
    "transform_center_x": "0: (0.5)",
    "checkpoint_schedule": '0: ("model1.ckpt"), 100: ("model2.safetensors")',
}
"""The settings of the cases: the reference's defaults."""


def parseq(case: dict[str, Any], manifest: dict[str, Any] | str) -> dict[str, Any]:
    from schedules import Scope
    from schedules.parseq import Manifest

    ui, deltas = case["ui"], case["parseq_use_deltas"]
    given = Manifest.parse(manifest) if manifest else None
    asked = given.overrides(compat=True) if given and case["parseq_non_schedule_overrides"] else None
    after: dict[str, Any] = {
        "max_frames": asked.frames if asked else ui["max_frames"],
        "diffusion_cadence": (asked and asked.cadence) or ui["diffusion_cadence"],
        "fps": (asked and asked.fps) or ui["fps"],
    }
    scope = Scope(after["max_frames"], seed=-1, compat=True)
    anim: dict[str, Any] = {}
    for name, default in _PRESET.items():
        listed = given.listed(name, scope.frames, deltas=deltas) if given else None
        anim[_SERIES.get(name, name) + "_series"] = (
            _preset_values(default, scope) if listed is None else listed
        )
    if given and "deforum_prompt" in given.columns:
        anim["prompts"] = given.listed("prompts", scope.frames)
    return {"after": after, "anim": anim}


def _preset_values(source: str, scope: Any) -> list[Any]:
    from schedules import Schedule, TextSchedule

    return list(
        TextSchedule.parse(source).values(scope)
        if '"' in source[:5]
        else Schedule.parse(source).values(scope)
    )
