"""The settings of Deforum's ControlNet units, as data that `controlnet` reads and writes units with."""

from collections.abc import Mapping
from typing import Any

from animator.presets.deforum.conversions import Choice, Conversion, Number, PlainText, ScheduleSource, Switch

RESIZE = Choice(
    {
        "Inner Fit (Scale to Fit)": "crop",
        "Scale to Fit (Inner Fit)": "crop",
        "Crop and Resize": "crop",
        "Outer Fit (Shrink to Fit)": "pad",
        "Envelope (Outer Fit)": "pad",
        "Resize and Fill": "pad",
        "Just Resize": "stretch",
    },
    otherwise="Inner Fit (Scale to Fit)",
)
MODES = Choice(
    {
        "Balanced": "balanced",
        "My prompt is more important": "prompt",
        "ControlNet is more important": "control",
    },
    otherwise="Balanced",
)
UNTOUCHED = 64
"""A resolution up to this is the slider's lowest position and means the default."""

DEFAULTS: Mapping[str, Any] = {
    "enabled": False,
    "overwrite_frames": True,
    "vid_path": "",
    "mask_vid_path": "",
    "low_vram": False,
    "pixel_perfect": False,
    "module": "none",
    "model": "None",
    "weight": "0:(1)",
    "guidance_start": "0:(0.0)",
    "guidance_end": "0:(1.0)",
    "processor_res": UNTOUCHED,
    "threshold_a": UNTOUCHED,
    "threshold_b": UNTOUCHED,
    "resize_mode": "Inner Fit (Scale to Fit)",
    "control_mode": "Balanced",
    "loopback_mode": False,
}
"""A unit's settings without the prefix of their names, with Deforum's defaults."""

CONVERTED: Mapping[str, Conversion] = {
    "vid_path": PlainText(),
    "mask_vid_path": PlainText(),
    "module": PlainText(),
    "model": PlainText(),
    "weight": ScheduleSource(),
    "guidance_start": ScheduleSource(),
    "guidance_end": ScheduleSource(),
    "resize_mode": RESIZE,
    "control_mode": MODES,
    "processor_res": Number(0, 8192),
    "threshold_a": Number(),
    "threshold_b": Number(),
    **{
        name: Switch()
        for name in ("low_vram", "pixel_perfect", "loopback_mode", "overwrite_frames", "guess_mode")
    },
}
