"""ControlNet units in infotexts, as the ControlNet extension for A1111 writes them."""

import re
from collections.abc import Mapping
from typing import Any

from animator.generation.groups import ImageControl
from animator.generation.infotext_fields import RESIZE_MODES, model_name, shown, stem_of
from animator.models.controlnet.preprocessors.kinds import match_module
from animator.presets.infotext_fields import fields_of, number
from animator.settings.controlnet import MOST_UNITS

CONTROL_MODES = {
    "balanced": "Balanced",
    "prompt": "My prompt is more important",
    "control": "ControlNet is more important",
}
"""Setting -> the extension's name; likewise below."""
_NAMES = {
    "Weight": "weight",
    "Guidance Start": "start",
    "Guidance End": "end",
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
_UNSET = -1
"""What the extension writes for numbers that its preprocessor does not have."""


def control_text(unit: ImageControl) -> str:
    """Returns the text of a unit, without its image."""
    fields = {
        "Module": unit.module,
        "Model": stem_of(unit.model),
        "Weight": shown(unit.weight),
        "Resize Mode": CONTROL_RESIZES[unit.resize],
        "Processor Res": shown(unit.processor_res),
        "Threshold A": shown(_UNSET if unit.threshold_a is None else unit.threshold_a),
        "Threshold B": shown(_UNSET if unit.threshold_b is None else unit.threshold_b),
        "Guidance Start": shown(unit.start),
        "Guidance End": shown(unit.end),
        "Control Mode": CONTROL_MODES[unit.control_mode],
    }
    return ", ".join(f"{name}: {text}" for name, text in fields.items())


def controls_in(fields: Mapping[str, str]) -> dict[str, Any]:
    """Returns the setting `controlnet` of an infotext's fields; empty if it has no unit."""
    texts = [text for name, text in fields.items() if _UNIT.fullmatch(name)]
    return {"controlnet": [_unit(fields_of(text)) for text in texts[:MOST_UNITS]]} if texts else {}


def _unit(fields: Mapping[str, str]) -> dict[str, Any]:
    module = fields.get("Module", "none").lower()
    match = match_module(module)
    values: dict[str, Any] = {
        "model": model_name(fields.get("Model", "")),
        "module": match.module if match else module,
    }
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
