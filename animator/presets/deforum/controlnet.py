"""Deforum's ControlNet units (`cn_1_...` to `cn_5_...`) <-> the units of a preset.

Units that are off are left where they are. The first generation of files had one unit, `controlnet_...`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from animator.presets.deforum.controlnet_words import (
    AT_RESOLUTION,
    BACK,
    CONVERTED,
    DEFAULTS,
    MODES,
    MODULES,
    NEARLY,
    RANGES,
    RESIZE,
    UNTOUCHED,
    USUAL,
)
from animator.presets.deforum.conversions import Switch
from animator.presets.deforum.schedule_text import number_text
from animator.settings.controlnet import FRAME, MOST_UNITS, ControlUnit
from animator.settings.import_notes import Note, changes, harmless
from schedules import Schedule, Scope

_FIRST = {"lowvram": "low_vram", "guidance_strength": "guidance_end"}
"""Names of the first generation, which had numbers for schedules."""


@dataclass(frozen=True)
class Units:
    """The units of a settings file.

    Attributes:
        values: Those that are on, as plain presets have them.
        keys: Of each, the beginning of its names in the file, such as `cn_1_`.
        notes: What did not come through as written.
        problems: Names with what is wrong with their values.
    """

    values: tuple[Mapping[str, Any], ...]
    keys: tuple[str, ...]
    notes: tuple[Note, ...]
    problems: tuple[tuple[str, str], ...]


def owns(key: str) -> bool:
    """True for the names of units."""
    return bool(re.match(r"cn_\d+_", key)) or key.startswith("controlnet_")


def read_units(settings: Mapping[str, Any], clip: Mapping[str, Any]) -> Units:
    """The units of Deforum settings.

    Args:
        settings: By the extension's names.
        clip: What every unit's film is cut to: `extract_from_frame` and `extract_nth_frame`.
    """
    values, keys = [], []
    notes: list[Note] = []
    problems: list[tuple[str, str]] = []
    for begin, given in _given(settings):
        if not Switch().read(given.get("enabled", False)):
            if names := tuple(begin + name for name in given):
                notes.append(harmless(names, "ControlNet: not in use"))
            continue
        plain, wrong = _plain({**DEFAULTS, **given})
        problems += [(begin + name, message) for name, message in wrong]
        unit, said = _unit(plain, clip)
        notes += [note(begin + name, message) for note, name, message in said]
        if unit is not None:
            values.append(unit)
            keys.append(begin)
    return Units(tuple(values), tuple(keys), tuple(notes), tuple(problems))


def _given(settings: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each unit's settings by their names without the beginning, and the beginning."""
    first = {
        key.removeprefix("controlnet_"): v for key, v in settings.items() if key.startswith("controlnet_")
    }
    if first:
        yield "controlnet_", {_FIRST.get(name, name): value for name, value in first.items()}
    for number in range(1, MOST_UNITS + 1):
        begin = f"cn_{number}_"
        yield begin, {k.removeprefix(begin): value for k, value in settings.items() if k.startswith(begin)}


def places(units: Units, at: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Where a file says the settings of its units, by their paths in a preset.

    Args:
        units: As they were read.
        at: Where the file says each of its settings.
    """
    found: dict[tuple[str, ...], str] = {}
    for number, begin in enumerate(units.keys):
        for name in (*CONVERTED, "enabled"):
            if begin + name in at:
                ours = {"vid_path": "source"}.get(name, name)
                found["controlnet", str(number), ours] = f"{at[begin + name]} {begin}{name}"
    return found


def _plain(given: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The values as ours, and what cannot be read."""
    plain, wrong = {}, []
    for name, conversion in CONVERTED.items():
        value = given.get(name, False)
        try:
            plain[name] = conversion.read(value)
        except ValueError as error:
            plain[name] = conversion.read(DEFAULTS[name])
            wrong.append((name, f"is {value!r}; {error}"))
    return plain, wrong


Said = list[tuple[Any, str, str]]
"""Notes in the making: the kind of note, the setting, the message."""


def _unit(plain: Mapping[str, Any], clip: Mapping[str, Any]) -> tuple[dict[str, Any] | None, Said]:
    """A unit of ours; None where there is nothing like it."""
    said: Said = []
    model = re.sub(r"\s*\[[0-9a-fA-F]+\]\s*$", "", plain["model"]).strip()
    if model in ("", "None"):
        lost = "nothing guides without a ControlNet model"
        return None, [(changes, "model", f"{plain['module']} without a model (left out): {lost}")]
    module = _module(plain["module"], said)
    source = FRAME if plain["loopback_mode"] else plain["vid_path"].strip().strip("\"'").strip() or FRAME
    if plain["mask_vid_path"].strip():
        said.append((changes, "mask_vid_path", "masks of units are not offered; the whole image is guided"))
    if plain["low_vram"]:
        said.append((harmless, "low_vram", "plays no part here; diffusion.memory: low saves memory"))
    unit = {
        "enabled": module is not None,
        "model": model,
        "source": source,
        "module": module or "none",
        **{name: plain[name] for name in ("weight", "guidance_start", "guidance_end", "resize_mode")},
        "control_mode": "control" if plain["guess_mode"] else plain["control_mode"],
        "processor_res": _resolution(plain, module),
        **{name: plain[name] for name in _thresholds(plain, module)},
        **(clip if source != FRAME else {}),
    }
    return unit, said


def _module(given: str, said: Said) -> str | None:
    """Our module; None where there is none like it."""
    name = given.strip().lower() or "none"
    if name in MODULES:
        return MODULES[name]
    near = next((ours for begin, ours in NEARLY.items() if name.startswith(begin)), None)
    if near:
        said.append((changes, "module", f"{given} is not offered; {near} takes its place"))
    else:
        said.append(
            (
                changes,
                "module",
                f"{given} is not offered, so the unit is off; make its maps elsewhere, give them as `source` "
                "with module none, and set enabled: true",
            )
        )
    return near


def _resolution(plain: Mapping[str, Any], module: str | None) -> int:
    if plain["pixel_perfect"] or module not in AT_RESOLUTION:
        return 0
    given = int(plain["processor_res"])
    return given if given > UNTOUCHED else 512


def _thresholds(plain: Mapping[str, Any], module: str | None) -> list[str]:
    """The thresholds that mean something to the module."""
    ranges = zip(("threshold_a", "threshold_b"), RANGES.get(module or "", (None, None)), strict=True)
    return [name for name, span in ranges if span and span[0] <= plain[name] <= span[1]]


def write_units(units: tuple[ControlUnit, ...], scope: Scope) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """Deforum's settings of units, and notes on what it has no words for.

    Args:
        units: Of a film.
        scope: What their schedules mean.
    """
    settings: dict[str, Any] = {}
    notes: list[Note] = []
    for number, unit in enumerate(units, start=1):
        begin = f"cn_{number}_"
        settings |= {begin + name: value for name, value in {**DEFAULTS, **_written(unit, scope)}.items()}
        if (unit.extract_from_frame, unit.extract_nth_frame) != (0, 1):
            notes.append(changes(f"{begin}vid_path", "the whole film is used, from its first image on"))
    return settings, tuple(notes)


def _written(unit: ControlUnit, scope: Scope) -> dict[str, Any]:
    def text(schedule: Schedule) -> str:
        return number_text(schedule, scope).text

    thresholds = {"threshold_a": unit.threshold_a, "threshold_b": unit.threshold_b}
    return {
        "enabled": unit.enabled,
        "vid_path": "" if unit.source == FRAME else unit.source,
        "loopback_mode": unit.source == FRAME,
        "pixel_perfect": unit.processor_res == 0,
        "processor_res": unit.processor_res or 512,
        "module": BACK[unit.module],
        "model": unit.model or "None",
        "weight": text(unit.weight),
        "guidance_start": text(unit.guidance_start),
        "guidance_end": text(unit.guidance_end),
        "resize_mode": RESIZE.write(unit.resize_mode),
        "control_mode": MODES.write(unit.control_mode),
        **USUAL.get(unit.module, {}),
        **{name: value for name, value in thresholds.items() if value is not None},
    }
