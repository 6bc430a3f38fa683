"""The settings of a film that is described by prompts alone."""

import re
from collections.abc import Sequence
from typing import Any

from animator.settings.raw import RawPreset

SOURCE = "the film of the prompt"
"""Name of these settings in messages."""
MAX_NAME_BYTES = 60
STRENGTH = 0.6
_NOT_IN_NAMES = re.compile(r"[\W_]+")
_TAG = re.compile(r"<[^<>]*>|`[^`]*`|__\S+?__|--neg\b.*|:[\d.]+", re.DOTALL)
_RESERVED = re.compile(r"con|prn|aux|nul|(com|lpt)\d", re.IGNORECASE)


def film_of_prompts(prompts: Sequence[str]) -> RawPreset:
    """Returns the settings of a film that shows prompts one after the other, with a gentle camera.

    Args:
        prompts: At least one; they are spread evenly over the film.
    """
    values: dict[str, Any] = {
        "name": name_of(prompts[0]),
        "prompts": list(prompts),
        "frames": 96,
        "fps": 12,
        "diffusion": {"strength": _strength(len(prompts)), "sampler": "DPM++ 2M"},
        "motion": {
            "zoom": "0:(1.01+0.004*sin(2*pi*t/96))",
            "translation_x": "0:(0.6*sin(2*pi*t/120))",
            "translation_y": "0:(0.3*sin(2*pi*t/80))",
            "angle": "0:(0.15*sin(2*pi*t/140))",
        },
        "noise": {"amount": 0.02},
    }
    return RawPreset(SOURCE, values, {})


def name_of(prompt: str) -> str:
    """Returns a film's name for a prompt, such as `a-lake-at-dawn`: safe and short enough for a file."""
    words = _NOT_IN_NAMES.sub(" ", _TAG.sub(" ", prompt)).lower().split()
    name = ""
    for word in words:
        longer = f"{name}-{word}" if name else word
        if len(longer.encode()) > MAX_NAME_BYTES:
            break
        name = longer
    name = name or "".join(words[:1]).encode()[:MAX_NAME_BYTES].decode(errors="ignore")
    return f"{name}-film" if _RESERVED.fullmatch(name) else name or "film"


def _strength(prompts: int) -> str | float:
    """Returns the strength schedule: less is kept for some frames after each change of the prompt."""
    if prompts == 1:
        return STRENGTH
    stretch = f"((max_f+1)/{prompts})"
    return f"0:({STRENGTH}-where(t>={stretch}, 0.2*exp(-(t%{stretch})/6), 0))"
