"""ControlNet units in infotexts, as the ControlNet extension for A1111 writes them."""

import re
from collections.abc import Mapping
from typing import Any

from animator.generation.groups import ImageAdapter, ImageControl
from animator.generation.infotext_fields import RESIZE_MODES, model_name, shown, stem_of
from animator.generation.settings import ImageSettings
from animator.models.controlnet.preprocessors.kinds import match_module
from animator.presets.deforum.ip_adapter import is_adapter
from animator.presets.infotext_fields import fields_of, number
from animator.settings.controlnet import MOST_UNITS, REFERENCE
from animator.settings.ip_adapter import MOST_UNITS as MOST_ADAPTERS

CONTROL_MODES = {
    "balanced": "Balanced",
    "prompt": "My prompt is more important",
    "control": "ControlNet is more important",
}
"""Setting -> the extension's name; likewise below."""
_SHARED = {"Weight": "weight", "Guidance Start": "start", "Guidance End": "end"}
_NAMES = {
    **_SHARED,
    "Processor Res": "processor_res",
    "Threshold A": "threshold_a",
    "Threshold B": "threshold_b",
}
CONTROL_RESIZES = {
    **RESIZE_MODES,
    "crop": "Crop and Resize",
    "pad": "Resize and Fill",
    "stretch": "Just Resize",
}
_UNIT = re.compile(r"ControlNet ([0-9])")
_NO_MODEL = "None"
_ADAPTER = "ip-adapter-auto"
"""The extension's module of an IP-Adapter whose image encoder follows from its model."""
_UNSET = -1
"""What the extension writes for numbers that its preprocessor does not have."""


def unit_texts(settings: ImageSettings) -> dict[str, str]:
    """Returns the fields of the units, of ControlNets first, without their images."""
    texts = (*map(_control_text, settings.controlnet), *map(_adapter_text, settings.ip_adapter))
    return {f"ControlNet {index}": text for index, text in enumerate(texts)}


def _control_text(unit: ImageControl) -> str:
    fields = {
        "Module": unit.module,
        "Model": stem_of(unit.model) or _NO_MODEL,
        "Weight": shown(unit.weight),
        "Resize Mode": CONTROL_RESIZES[unit.resize],
        "Processor Res": shown(unit.processor_res),
        "Threshold A": shown(_UNSET if unit.threshold_a is None else unit.threshold_a),
        "Threshold B": shown(_UNSET if unit.threshold_b is None else unit.threshold_b),
        "Guidance Start": shown(unit.start),
        "Guidance End": shown(unit.end),
        "Control Mode": CONTROL_MODES[unit.control_mode],
    }
    return _joined(fields)


def _adapter_text(unit: ImageAdapter) -> str:
    fields = {
        "Module": _ADAPTER,
        "Model": stem_of(unit.model),
        "Encoder": stem_of(unit.encoder),
        "Weight": shown(unit.weight),
        "Guidance Start": shown(unit.start),
        "Guidance End": shown(unit.end),
    }
    return _joined({name: text for name, text in fields.items() if text})


def _joined(fields: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {text}" for name, text in fields.items())


def units_in(fields: Mapping[str, str]) -> dict[str, Any]:
    """Returns the settings `controlnet` and `ip_adapter` of an infotext's fields, where it has such units."""
    units: dict[str, list[dict[str, Any]]] = {}
    for text in (text for name, text in fields.items() if _UNIT.fullmatch(name)):
        own = fields_of(text)
        is_one = is_adapter(own.get("Module", ""))
        group, most = ("ip_adapter", MOST_ADAPTERS) if is_one else ("controlnet", MOST_UNITS)
        if len(units.setdefault(group, [])) < most:
            units[group].append(_adapter(own) if is_one else _control(own))
    return units


def _adapter(fields: Mapping[str, str]) -> dict[str, Any]:
    names = {"model": fields.get("Model", ""), "encoder": fields.get("Encoder", "")}
    named = {setting: model_name(name) for setting, name in names.items() if name}
    return named | {setting: number(fields[name]) for name, setting in _SHARED.items() if name in fields}


def _control(fields: Mapping[str, str]) -> dict[str, Any]:
    module = fields.get("Module", "none").lower()
    match = match_module(module)
    values: dict[str, Any] = {
        "model": model_name(fields.get("Model", "")),
        "module": match.module if match else module,
    }
    if values["module"] == REFERENCE:
        del values["model"]
    numbers = {setting: number(fields[name]) for name, setting in _NAMES.items() if name in fields}
    values |= {setting: value for setting, value in numbers.items() if value != _UNSET}
    for names, name, setting in (
        (CONTROL_RESIZES, "Resize Mode", "resize"),
        (CONTROL_MODES, "Control Mode", "control_mode"),
    ):
        back = {text.lower(): value for value, text in names.items()}
        if (text := fields.get(name, "").lower()) in back:
            values[setting] = back[text]
    return values
