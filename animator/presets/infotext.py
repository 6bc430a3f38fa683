"""A1111's infotext: the generation parameters that the web UI writes into PNGs and reads back.

It has three parts: the prompt, `Negative prompt: ...`, and a last line `Steps: 20, Sampler: Euler a, ...`, in
which texts with commas, colons or line breaks are quoted as JSON.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from animator._version import __version__
from animator.core.json_text import parse_json
from animator.models.diffusion.samplers.registry import split_sampler
from animator.timeline.plan import Plan

NEGATIVE = "Negative prompt:"
_FIELD = re.compile(r'\s{0,9}(\w[\w \-/]{1,99}):\s{0,9}("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
_FEWEST_FIELDS = 3


@dataclass(frozen=True)
class Infotext:
    """The generation parameters of an image.

    Attributes:
        positive: The prompt.
        negative: The negative prompt.
        fields: All other fields in the web UI's order, such as `Steps` -> `20`.
    """

    positive: str
    negative: str
    fields: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> "Infotext":
        """Parses an infotext; a last line without fields belongs to the prompt."""
        lines = text.strip().split("\n")
        fields = {key: _unquote(value) for key, value in _FIELD.findall(lines[-1])}
        if len(fields) < _FEWEST_FIELDS:
            fields = {}
        else:
            lines = lines[:-1]
        body = "\n".join(lines)
        at = 0 if body.startswith(NEGATIVE) else body.find(f"\n{NEGATIVE}") + 1
        has_negative = body.startswith(NEGATIVE, at)
        positive, negative = (body[:at], body[at + len(NEGATIVE) :]) if has_negative else (body, "")
        return cls(positive.strip(), negative.strip(), fields)

    @classmethod
    def of(cls, plan: Plan, model: str, *, over_image: bool) -> "Infotext":
        """Returns the infotext of a frame.

        Args:
            plan: The frame's plan.
            model: The film's model; the plan's checkpoint takes precedence.
            over_image: True if the frame was generated from an image, not from its prompt alone.
        """
        settings, (width, height) = plan.diffusion, plan.size
        sampler, schedule = split_sampler(settings.sampler)
        has_variation = settings.subseed_strength > 0
        fields = {
            "Steps": settings.steps,
            "Sampler": sampler,
            "Schedule type": schedule,
            "CFG scale": settings.cfg_scale,
            "Seed": plan.seed,
            "Size": f"{width}x{height}",
            "Model": PurePath(settings.checkpoint or model).stem,
            "Variation seed": settings.subseed if has_variation else "",
            "Variation seed strength": settings.subseed_strength if has_variation else "",
            "Denoising strength": round(1 - settings.strength, 6) if over_image else "",
            "Clip skip": settings.clip_skip if settings.clip_skip > 1 else "",
            "Version": f"animator {__version__}",
        }
        texts = {key: _format_number(value) for key, value in fields.items() if value != ""}
        return cls(plan.prompt.positive.strip(), plan.prompt.negative.strip(), texts)

    @property
    def text(self) -> str:
        """The infotext as the web UI writes it."""
        line = ", ".join(f"{key}: {_quote(value)}" for key, value in self.fields.items())
        negative = f"\n{NEGATIVE} {self.negative}" if self.negative else ""
        return f"{self.positive}{negative}\n{line}".strip()

    def settings(self) -> dict[str, Any]:
        """Returns the settings of a film, by their paths in a preset."""
        values: dict[str, Any] = {"prompts": {"0": self.positive}, "negative_prompt": self.negative}
        for name, (path, read) in _SETTINGS.items():
            if name in self.fields:
                values[path] = read(self.fields[name])
        if "Size" in self.fields:
            sides = re.fullmatch(r"(\d{1,9})\s*x\s*(\d{1,9})", self.fields["Size"])
            values |= {"size": [int(side) // 8 * 8 for side in sides.groups()]} if sides else {}
        schedule = self.fields.get("Schedule type", "Automatic")
        if "diffusion.sampler" in values and schedule != "Automatic":
            values["diffusion.sampler"] += f" {schedule}"
        return values


def _parse_number(text: str) -> Any:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


_SETTINGS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "Steps": ("diffusion.steps", _parse_number),
    "Sampler": ("diffusion.sampler", str),
    "CFG scale": ("diffusion.cfg_scale", _parse_number),
    "Seed": ("diffusion.seed", _parse_number),
    "Variation seed": ("diffusion.subseed", _parse_number),
    "Variation seed strength": ("diffusion.subseed_strength", _parse_number),
    "Clip skip": ("diffusion.clip_skip", _parse_number),
}
"""Field -> the path in a preset and the parser of its text."""


def _format_number(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if re.search(r"[,:\n]", text) else text


def _unquote(text: str) -> str:
    if not (text.startswith('"') and text.endswith('"')):
        return text.strip()
    try:
        return str(parse_json(text))
    except ValueError:
        return text
