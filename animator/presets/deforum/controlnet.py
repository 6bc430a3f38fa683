"""Converts between Deforum's ControlNet units (`cn_1_...` to `cn_5_...`) and units of a preset.

Units that are off are ignored. The first version of the files had one unit, `controlnet_...`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from animator.masks.expression import EVERYWHERE
from animator.models.controlnet.preprocessors.kinds import KINDS, match_module
from animator.presets.deforum.controlnet_fields import (
    CONVERTED,
    DEFAULTS,
    MODES,
    RESIZE,
    UNTOUCHED,
)
from animator.presets.deforum.conversions import Switch
from animator.presets.deforum.ip_adapter import adapter_unit, is_adapter
from animator.presets.deforum.schedule_text import number_text
from animator.settings.controlnet import FRAME, MOST_UNITS, ControlUnit
from animator.settings.import_notes import Note, changes, harmless
from schedules import Schedule, Scope

_GROUPS = ("controlnet", "ip_adapter")
_FIRST = {"lowvram": "low_vram", "guidance_strength": "guidance_end"}
"""Names of the first version, which had numbers instead of schedules."""
_THRESHOLDS = "threshold_a", "threshold_b"
_BRACKETED = re.compile(r"\[([^\]]+)\]")
_IMAGES = ".png", ".jpg", ".jpeg", ".webp", ".bmp"


@dataclass(frozen=True)
class Units:
    """The units of a settings file.

    Attributes:
        values: Those that are on, as plain presets have them: of `controlnet`, and of `ip_adapter`.
        keys: Prefix of each one's names in the file, such as `cn_1_`, likewise.
        notes: On what changed.
        problems: Name and error of each invalid setting.
    """

    values: Mapping[str, Sequence[Mapping[str, Any]]]
    keys: Mapping[str, Sequence[str]]
    notes: tuple[Note, ...]
    problems: tuple[tuple[str, str], ...]


def owns(key: str) -> bool:
    """Returns True if a setting belongs to a unit."""
    return bool(re.match(r"cn_\d+_", key)) or key.startswith("controlnet_")


def read_units(settings: Mapping[str, Any], clip: Mapping[str, Any]) -> Units:
    """Reads the units of Deforum settings.

    Args:
        settings: By the extension's names.
        clip: Frame range of every unit's video: `extract_from_frame` and `extract_nth_frame`.
    """
    values: dict[str, list[Mapping[str, Any]]] = {group: [] for group in _GROUPS}
    keys: dict[str, list[str]] = {group: [] for group in _GROUPS}
    notes: list[Note] = []
    problems: list[tuple[str, str]] = []
    for prefix, unit_settings in _unit_settings(settings):
        try:
            is_enabled = Switch().read(unit_settings.get("enabled", False))
        except ValueError as error:
            problems.append((f"{prefix}enabled", f"is {unit_settings['enabled']!r:.60}; {error}"))
            continue
        if not is_enabled:
            if names := tuple(prefix + name for name in unit_settings):
                notes.append(harmless(names, "ControlNet: not in use"))
            continue
        plain, errors = _convert({**DEFAULTS, **unit_settings})
        problems += [(prefix + name, message) for name, message in errors]
        unit, pending = _unit(plain, clip)
        notes += [note(prefix + name, message) for note, name, message in pending]
        if unit is not None:
            group = _GROUPS[is_adapter(plain["module"])]
            values[group].append(unit)
            keys[group].append(prefix)
    return Units(values, keys, tuple(notes), tuple(problems))


def _unit_settings(settings: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yields the prefix of each unit, and its settings by their names without the prefix."""
    first = {
        key.removeprefix("controlnet_"): v for key, v in settings.items() if key.startswith("controlnet_")
    }
    if first:
        yield "controlnet_", {_FIRST.get(name, name): value for name, value in first.items()}
    for number in range(1, MOST_UNITS + 1):
        prefix = f"cn_{number}_"
        yield prefix, {k.removeprefix(prefix): value for k, value in settings.items() if k.startswith(prefix)}


def places(units: Units, at: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Returns the places of the units' settings in their file, by their paths in a preset.

    Args:
        units: The units that were read.
        at: Place of each setting in the file.
    """
    by_path: dict[tuple[str, ...], str] = {}
    for group, keys in units.keys.items():
        renamed = {"vid_path": "image" if group == "ip_adapter" else "source", "mask_vid_path": "mask"}
        for number, prefix in enumerate(keys):
            for name in (*CONVERTED, "enabled"):
                if prefix + name in at:
                    setting = renamed.get(name, name)
                    by_path[group, str(number), setting] = f"{at[prefix + name]} {prefix}{name}"
    return by_path


def _convert(settings: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Returns our values, and name and error of each invalid one."""
    plain, errors = {}, []
    for name, conversion in CONVERTED.items():
        value = settings.get(name, False)
        try:
            plain[name] = conversion.read(value)
        except ValueError as error:
            plain[name] = conversion.read(DEFAULTS[name])
            errors.append((name, f"is {value!r}; {error}"))
    return plain, errors


PendingNotes = list[tuple[Any, str, str]]
"""Notes without the unit's prefix: constructor of the note, setting, message."""


def _unit(plain: Mapping[str, Any], clip: Mapping[str, Any]) -> tuple[dict[str, Any] | None, PendingNotes]:
    """Returns the unit for a preset; None if it has no counterpart."""
    pending: PendingNotes = []
    model = re.sub(r"\[[0-9a-fA-F]{1,64}\]$", "", plain["model"].strip()).strip()
    module_name = plain["module"].strip().lower()
    if module_name.startswith("reference_"):
        model = ""
    elif model in ("", "None"):
        lost = "a unit without a ControlNet model has no effect"
        return None, [(changes, "model", f"{plain['module']} without a model (left out): {lost}")]
    source = FRAME if plain["loopback_mode"] else plain["vid_path"].strip().strip("\"'").strip() or FRAME
    mask = plain["mask_vid_path"].strip().strip("\"'").strip()
    if mask and not _is_image(mask):
        lost = "masks of units are images or mask expressions here; the whole image is guided"
        pending.append((changes, "mask_vid_path", lost))
    area = {"mask": f"[{mask}]"} if _is_image(mask) else {}
    if plain["low_vram"]:
        pending.append((harmless, "low_vram", "has no effect here; use diffusion.memory: low to save memory"))
    clip = clip if source != FRAME else {}
    if is_adapter(plain["module"]):
        adapter, more = adapter_unit(plain, clip, source, model)
        return {**adapter, **area}, [*pending, *more]
    module = _preprocessor(plain["module"], pending)
    unit = {
        "enabled": module is not None,
        "model": model,
        "source": source,
        "module": module or "none",
        **{name: plain[name] for name in ("weight", "guidance_start", "guidance_end", "resize_mode")},
        "control_mode": "control" if plain["guess_mode"] else plain["control_mode"],
        "processor_res": _resolution(plain, module),
        **{name: plain[name] for name in _thresholds(plain, module)},
        **clip,
        **area,
    }
    return unit, pending


def _is_image(path: str) -> bool:
    """Returns True for the name of an image file that a mask expression can have."""
    return path.lower().endswith(_IMAGES) and "]" not in path


def _preprocessor(name: str, pending: PendingNotes) -> str | None:
    """Returns our preprocessor; None if there is no similar one."""
    match = match_module(name)
    if match is None:
        pending.append(
            (
                changes,
                "module",
                f"{name} is not available, so the unit is off; make its maps elsewhere, set them as `source` "
                "with module none, and set enabled: true",
            )
        )
        return None
    if not match.is_same:
        pending.append((changes, "module", f"{name} is not available; {match.module} is used instead"))
    return match.module


def _resolution(plain: Mapping[str, Any], module: str | None) -> int:
    if plain["pixel_perfect"] or module is None or not KINDS[module].has_resolution:
        return 0
    resolution = int(plain["processor_res"])
    return resolution if resolution > UNTOUCHED else 512


def _thresholds(plain: Mapping[str, Any], module: str | None) -> list[str]:
    """Returns the thresholds that apply to the preprocessor."""
    names = zip(_THRESHOLDS, KINDS[module or "none"].thresholds, strict=False)  # it may have fewer
    return [name for name, span in names if span.is_shared and span.lowest <= plain[name] <= span.highest]


def write_units(units: tuple[ControlUnit, ...], scope: Scope) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """Returns Deforum's settings of units, and notes on what it does not have.

    Args:
        units: The units of a film.
        scope: Scope of their schedules.
    """
    settings: dict[str, Any] = {}
    notes: list[Note] = []
    for number, unit in enumerate(units, start=1):
        prefix = f"cn_{number}_"
        settings |= {
            prefix + name: value for name, value in {**DEFAULTS, **_unit_values(unit, scope)}.items()
        }
        if (unit.extract_from_frame, unit.extract_nth_frame) != (0, 1):
            notes.append(changes(f"{prefix}vid_path", "the whole video is used, from its first frame"))
        if not _mask_path(unit) and any(key.text != EVERYWHERE for key in unit.text_schedule("mask").keys):
            notes.append(changes(f"{prefix}mask_vid_path", "has no expressions; the whole image is guided"))
        if unit.guess_mode:
            notes.append(changes(f"{prefix}control_mode", "guess_mode is written as the nearest mode"))
    return settings, tuple(notes)


def _mask_path(unit: ControlUnit) -> str:
    """Returns the path of the image that is a unit's mask; empty if its mask is anything else."""
    texts = {key.text.strip() for key in unit.text_schedule("mask").keys}
    found = _BRACKETED.fullmatch(texts.pop()) if len(texts) == 1 else None
    return found[1] if found else ""


def _unit_values(unit: ControlUnit, scope: Scope) -> dict[str, Any]:
    def text(schedule: Schedule) -> str:
        return number_text(schedule, scope).text

    kind = KINDS[unit.module]
    numbers = kind.values((unit.threshold_a, unit.threshold_b))
    thresholds = zip(_THRESHOLDS, kind.thresholds, numbers, strict=False)
    return {
        "enabled": unit.enabled,
        "vid_path": "" if unit.source == FRAME else unit.source,
        "loopback_mode": unit.source == FRAME,
        "pixel_perfect": unit.processor_res == 0,
        "processor_res": unit.processor_res or 512,
        "module": kind.names[0],
        "model": unit.model or "None",
        "weight": text(unit.schedule("weight")),
        "guidance_start": text(unit.schedule("guidance_start")),
        "guidance_end": text(unit.schedule("guidance_end")),
        "resize_mode": RESIZE.write(unit.resize_mode),
        "control_mode": MODES.write("control" if unit.guess_mode else unit.control_mode),
        "mask_vid_path": _mask_path(unit),
        **{name: value for name, threshold, value in thresholds if threshold.is_shared},
    }
