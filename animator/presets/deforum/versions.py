"""Settings of any generation -> the names and kinds of value of the Deforum extension 3.0."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from animator.presets.deforum.prompt_forms import keyed_prompts, with_negatives
from animator.presets.deforum.samplers import sampler_name
from animator.settings.import_notes import Note, changes, harmless

Settings = dict[str, Any]

_WRAPPERS = ("input", "settings")
_UNIT_SCHEDULE = re.compile(r"cn_\d+_(weight|guidance_start|guidance_end)")
_FILLS = ("fill", "original", "latent noise", "latent nothing")


def _as_is(value: Any) -> Any:
    return value


def _constant(value: Any) -> Any:
    """The schedule of one number; text is one already."""
    return value if isinstance(value, str) else f"0: ({value})"


RENAMED: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "width": ("W", _as_is),
    "height": ("H", _as_is),
    "num_inference_steps": ("steps", _as_is),
    "model_checkpoint": ("sd_model_name", _as_is),
    "sampler_name": ("sampler", _as_is),
    "scale": ("cfg_scale_schedule", _constant),
    "cfg_scale": ("cfg_scale_schedule", _constant),
    "fov": ("fov_schedule", _constant),
    "near_plane": ("near_schedule", _constant),
    "far_plane": ("far_schedule", _constant),
    "ddim_eta": ("ddim_eta_schedule", _constant),
    "clip_skip": ("clipskip_schedule", _constant),
    "subseed": ("subseed_schedule", _constant),
    "subseed_strength": ("subseed_strength_schedule", _constant),
    "flip_2d_perspective": ("enable_perspective_flip", _as_is),
    "skip_video_for_run_all": ("skip_video_creation", _as_is),
    "hybrid_video_motion": ("hybrid_motion", _as_is),
    "animation_prompts": ("prompts", _as_is),
    "positive_prompts": ("animation_prompts_positive", _as_is),
    "negative_prompts": ("animation_prompts_negative", _as_is),
    "negative_prompt": ("animation_prompts_negative", _as_is),
    "uncond_prompts": ("animation_prompts_negative", _as_is),
    "prompt": ("prompts", _as_is),
}
"""Older name -> (3.0's name, what becomes of the value)."""

_OLDER_WINS = ("animation_prompts",)
"""Notebooks have both; their `prompts` is for still images."""

BEFORE: Mapping[str, Any] = {
    "noise_type": "uniform",
    "amount_schedule": "0: (0)",
    "noise_multiplier_schedule": "0: (1)",
    "depth_algorithm": "Midas+AdaBins (old)",
}
"""Settings that came one after the other -> what programs did that did not have them yet."""

_WHOLE = frozenset(
    {"max_frames", "zoom", "translation_z", "noise_schedule", "strength_schedule", "contrast_schedule"}
)
"""Settings that every program writes; a file without them was made by hand, and Deforum's defaults count."""

RETIRED: Mapping[str, str] = {"histogram_matching": "was never used after version 0.5"}


@dataclass(frozen=True)
class Upgraded:
    """Settings by 3.0's names, and what was changed to get there."""

    settings: Mapping[str, Any]
    notes: tuple[Note, ...]


def upgrade(document: Mapping[str, Any]) -> Upgraded:
    """The settings of a document of any generation, by the extension's names.

    Raises:
        ValueError: Prompts that cannot be read; says why.
    """
    settings = dict(_unwrapped(document))
    notes: list[Note] = []
    scheduler = settings.pop("scheduler", None)
    settings = _renamed(settings, notes)
    settings = deprecated_values(settings)
    if missing := before(settings):
        settings |= missing
        said = ", ".join(f"{name} {value}" for name, value in missing.items())
        notes.append(
            harmless(tuple(missing), f"the file is older than these settings; as it was then: {said}")
        )
    _mend_sampler(settings, scheduler, notes)
    _mend_prompts(settings, notes)
    return Upgraded(settings, tuple(notes))


def deprecated_values(settings: Mapping[str, Any]) -> Settings:
    """The settings with retired names and values of the extension's own earlier versions replaced."""
    result: Settings = {}
    for key, value in settings.items():
        if key in RETIRED or key == "use_zoe_depth":
            continue
        result[RENAMED[key][0] if key in _OF_EXTENSION else key] = _value(key, value)
    if isinstance(settings.get("use_zoe_depth"), bool):
        named = "Zoe+AdaBins (old)" if settings["use_zoe_depth"] else "Midas+AdaBins (old)"
        result["depth_algorithm"] = named
    result.setdefault("legacy_colormatch", True)
    return result


def before(settings: Mapping[str, Any]) -> Settings:
    """What the program that wrote a whole file did in the place of the settings that it did not know yet."""
    missing: Settings = {}
    if settings.keys() >= _WHOLE:
        for name, value in reversed(tuple(BEFORE.items())):
            if name in settings:  # whatever is older was left out on purpose
                break
            missing[name] = value
    return missing


_OF_EXTENSION = ("flip_2d_perspective", "skip_video_for_run_all")
_BOOLEANS: Mapping[str, tuple[str, str]] = {
    "hybrid_composite": ("None", "Normal"),
    "optical_flow_cadence": ("None", "DIS Fine"),
    "optical_flow_redo_generation": ("None", "DIS Fine"),
    "add_soundtrack": ("None", "File"),
}
"""Settings that were switches once -> what false and true meant."""


def _value(key: str, value: Any) -> Any:
    if key in _BOOLEANS and isinstance(value, bool):
        return _BOOLEANS[key][value]
    if key == "color_coherence" and isinstance(value, str):
        return value.removeprefix("Match Frame 0 ")
    if _UNIT_SCHEDULE.fullmatch(key) and not isinstance(value, str):
        return f"0:({value})"
    if key == "fill" and isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(_FILLS):
        return _FILLS[value]
    return value


def _unwrapped(document: Mapping[str, Any]) -> Mapping[str, Any]:
    for wrapper in _WRAPPERS:
        inside = document.get(wrapper)
        if isinstance(inside, Mapping):
            document = {**{key: value for key, value in document.items() if key != wrapper}, **inside}
    return document


def _renamed(settings: Settings, notes: list[Note]) -> Settings:
    result = dict(settings)
    for old, (new, change) in RENAMED.items():
        if old not in settings:
            continue
        value = change(result.pop(old))
        both = new in result and result[new] not in (None, "", [], {})
        if both and old not in _OLDER_WINS:
            same = str(result[new]).strip() == str(value).strip()
            if value not in (None, "") and not same:
                notes.append(harmless(old, f"{new} is given too and counts"))
            continue
        if value not in (None, "", [], {}):
            result[new] = value
    return result


def _mend_sampler(settings: Settings, scheduler: Any, notes: list[Note]) -> None:
    if "sampler" not in settings:
        return
    chosen = sampler_name(settings["sampler"], scheduler)
    if chosen.remark:
        notes.append((changes if chosen.differs else harmless)("sampler", chosen.remark))
    settings["sampler"] = chosen.name


def _mend_prompts(settings: Settings, notes: list[Note]) -> None:
    read = keyed_prompts(settings.get("prompts"), settings.get("max_frames", 120))
    if read.remark:
        notes.append(harmless("prompts", read.remark))
    negative = settings.get("animation_prompts_negative")
    settings["prompts"] = read.prompts
    if isinstance(negative, Mapping):
        settings["prompts"] = with_negatives(read.prompts, negative)
        settings["animation_prompts_negative"] = ""
