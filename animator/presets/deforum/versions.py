"""Upgrades settings of any version to the names and types of the Deforum extension 3.0."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from animator.presets.deforum.prompt_forms import keyed_prompts, with_negatives
from animator.presets.deforum.prompt_weights import with_and
from animator.presets.deforum.samplers import sampler_name
from animator.presets.deforum.table import ROWS
from animator.settings.import_notes import Note, changes, harmless

Settings = dict[str, Any]

_WRAPPERS = ("input", "settings")
_UNIT_SCHEDULE = re.compile(r"cn_\d+_(weight|guidance_start|guidance_end)")
_FILLS = ("fill", "original", "latent noise", "latent nothing")


def _unchanged(value: Any) -> Any:
    return value


def _constant(value: Any) -> Any:
    """Returns the schedule of a constant; text already is a schedule, and null is no value."""
    return value if value is None or isinstance(value, str) else f"0: ({value})"


RENAMED: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "width": ("W", _unchanged),
    "height": ("H", _unchanged),
    "num_inference_steps": ("steps", _unchanged),
    "model_checkpoint": ("sd_model_name", _unchanged),
    "checkpoint": ("sd_model_name", _unchanged),
    "sampler_name": ("sampler", _unchanged),
    "scale": ("cfg_scale_schedule", _constant),
    "cfg_scale": ("cfg_scale_schedule", _constant),
    "distilled_cfg_scale": ("distilled_cfg_scale_schedule", _constant),
    "fov": ("fov_schedule", _constant),
    "near_plane": ("near_schedule", _constant),
    "far_plane": ("far_schedule", _constant),
    "ddim_eta": ("ddim_eta_schedule", _constant),
    "clip_skip": ("clipskip_schedule", _constant),
    "subseed": ("subseed_schedule", _constant),
    "subseed_strength": ("subseed_strength_schedule", _constant),
    "flip_2d_perspective": ("enable_perspective_flip", _unchanged),
    "skip_video_for_run_all": ("skip_video_creation", _unchanged),
    "hybrid_video_motion": ("hybrid_motion", _unchanged),
    "animation_prompts": ("prompts", _unchanged),
    "positive_prompts": ("animation_prompts_positive", _unchanged),
    "negative_prompts": ("animation_prompts_negative", _unchanged),
    "negative_prompt": ("animation_prompts_negative", _unchanged),
    "uncond_prompts": ("animation_prompts_negative", _unchanged),
    "prompt": ("prompts", _unchanged),
}
"""Older name -> (3.0's name, conversion of the value)."""

_OLDER_WINS = ("animation_prompts",)
"""Notebooks have both; their `prompts` is for still images."""

BEHAVIOR_BEFORE: Mapping[str, Any] = {
    "noise_type": "uniform",
    "amount_schedule": "0: (0)",
    "noise_multiplier_schedule": "0: (1)",
    "depth_algorithm": "Midas+AdaBins (old)",
}
"""Settings in the order they were added -> behavior of programs without them."""

_WHOLE = frozenset(
    {"max_frames", "zoom", "translation_z", "noise_schedule", "strength_schedule", "contrast_schedule"}
)
"""Settings that every program writes; a file without them was written by hand and gets Deforum's defaults."""

RETIRED: Mapping[str, str] = {"histogram_matching": "has had no effect since version 0.5"}


@dataclass(frozen=True)
class Upgraded:
    """Settings by 3.0's names, and notes on the changes."""

    settings: Mapping[str, Any]
    notes: tuple[Note, ...]


def upgrade(document: Mapping[str, Any]) -> Upgraded:
    """Upgrades the settings of a document of any version.

    Raises:
        ValueError: The prompts cannot be read; the message says why.
    """
    settings = dict(unwrap(document))
    notes: list[Note] = []
    _drop_nulls(settings, notes)
    scheduler = settings.pop("scheduler", None)
    settings = _rename(settings, notes)
    settings = replace_deprecated(settings)
    if missing := missing_settings(settings):
        settings |= missing
        values = ", ".join(f"{name} {value}" for name, value in missing.items())
        notes.append(
            harmless(
                tuple(missing),
                f"the file is older than these settings; set as before: {values}",
            )
        )
    _upgrade_sampler(settings, scheduler, notes)
    _upgrade_prompts(settings, notes)
    return Upgraded(settings, tuple(notes))


def _drop_nulls(settings: Settings, notes: list[Note]) -> None:
    """Removes what programs write as null where they have no value of their own."""
    nulls = tuple(name for name, value in settings.items() if value is None and name in ROWS)
    for name in nulls:
        del settings[name]
    if nulls:
        notes.append(harmless(nulls, "null stands for Deforum's default"))


def replace_deprecated(settings: Mapping[str, Any]) -> Settings:
    """Replaces retired names and values of earlier versions of the extension."""
    result: Settings = {}
    for key, value in settings.items():
        if key in RETIRED or key == "use_zoe_depth":
            continue
        result[RENAMED[key][0] if key in _OF_EXTENSION else key] = _upgrade_value(key, value)
    if isinstance(settings.get("use_zoe_depth"), bool):
        algorithm = "Zoe+AdaBins (old)" if settings["use_zoe_depth"] else "Midas+AdaBins (old)"
        result["depth_algorithm"] = algorithm
    result.setdefault("legacy_colormatch", True)
    return result


def missing_settings(settings: Mapping[str, Any]) -> Settings:
    """Returns the settings that did not exist when a whole file was written, set as programs behaved then."""
    missing: Settings = {}
    if settings.keys() >= _WHOLE:
        for name, value in reversed(tuple(BEHAVIOR_BEFORE.items())):
            if name in settings:  # older settings were left out on purpose
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
"""Settings that used to be switches -> meaning of false and true."""


def _upgrade_value(key: str, value: Any) -> Any:
    if key in _BOOLEANS and isinstance(value, bool):
        return _BOOLEANS[key][value]
    if key == "color_coherence" and isinstance(value, str):
        return value.removeprefix("Match Frame 0 ")
    if _UNIT_SCHEDULE.fullmatch(key) and not isinstance(value, str):
        return f"0:({value})"
    if key == "fill" and isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(_FILLS):
        return _FILLS[value]
    return value


def unwrap(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the settings of a document, which some programs put inside `input` or `settings`."""
    for wrapper in _WRAPPERS:
        inside = document.get(wrapper)
        if isinstance(inside, Mapping):
            document = {**{key: value for key, value in document.items() if key != wrapper}, **inside}
    return document


def _rename(settings: Settings, notes: list[Note]) -> Settings:
    result = dict(settings)
    for old, (new, change) in RENAMED.items():
        if old not in settings:
            continue
        value = change(result.pop(old))
        both = new in result and result[new] not in (None, "", [], {})
        if both and old not in _OLDER_WINS:
            same = str(result[new]).strip() == str(value).strip()
            if value not in (None, "") and not same:
                notes.append(harmless(old, f"{new} is given too and takes precedence"))
            continue
        if value not in (None, "", [], {}):
            result[new] = value
    return result


def _upgrade_sampler(settings: Settings, scheduler: Any, notes: list[Note]) -> None:
    if "sampler" not in settings:
        return
    chosen = sampler_name(settings["sampler"], scheduler)
    if chosen.remark:
        notes.append((changes if chosen.differs else harmless)("sampler", chosen.remark))
    settings["sampler"] = chosen.name


def _upgrade_prompts(settings: Settings, notes: list[Note]) -> None:
    form = keyed_prompts(settings.get("prompts"), settings.get("max_frames", 120))
    if form.remark:
        notes.append(harmless("prompts", form.remark))
    prompts = with_and(form.prompts, settings)
    if prompts != form.prompts:
        notes.append(harmless("prompts", "weights in prompts are converted to AND and --neg"))
    negative = settings.get("animation_prompts_negative")
    settings["prompts"] = prompts
    if isinstance(negative, Mapping):
        settings["prompts"] = with_negatives(prompts, negative)
        settings["animation_prompts_negative"] = ""
