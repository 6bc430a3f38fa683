"""A1111's infotext: how an image was drawn, as that web UI writes it into its PNGs and reads it back.

Three parts: the prompt, `Negative prompt: ...`, and a last line `Steps: 20, Sampler: Euler a, ...`, in which
texts with commas, colons or line breaks are quoted as JSON.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from animator._version import __version__
from animator.models.diffusion.samplers.registry import split_sampler
from animator.timeline.plan import Plan

NEGATIVE = "Negative prompt:"
_FIELD = re.compile(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
_FEWEST_FIELDS = 3


@dataclass(frozen=True)
class Infotext:
    """How an image was drawn.

    Attributes:
        positive: The prompt.
        negative: The negative prompt.
        fields: What else the web UI writes, in its order, such as `Steps` -> `20`.
    """

    positive: str
    negative: str
    fields: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> "Infotext":
        """The parts of an infotext; a last line that has no fields belongs to the prompt."""
        lines = text.strip().split("\n")
        fields = {key: _unquoted(value) for key, value in _FIELD.findall(lines[-1])}
        if len(fields) < _FEWEST_FIELDS:
            fields = {}
        else:
            lines = lines[:-1]
        body = "\n".join(lines)
        at = 0 if body.startswith(NEGATIVE) else body.find(f"\n{NEGATIVE}") + 1
        found = body.startswith(NEGATIVE, at)
        positive, negative = (body[:at], body[at + len(NEGATIVE) :]) if found else (body, "")
        return cls(positive.strip(), negative.strip(), fields)

    @classmethod
    def of(cls, plan: Plan, model: str, *, over_image: bool) -> "Infotext":
        """The infotext of a frame.

        Args:
            plan: The frame's plan.
            model: The film's model; the plan's own checkpoint goes before it.
            over_image: True where the frame was drawn over an image and not from its prompt alone.
        """
        settings, (width, height) = plan.diffusion, plan.size
        sampler, schedule = split_sampler(settings.sampler)
        varied = settings.subseed_strength > 0
        fields = {
            "Steps": settings.steps,
            "Sampler": sampler,
            "Schedule type": schedule,
            "CFG scale": settings.cfg_scale,
            "Seed": plan.seed,
            "Size": f"{width}x{height}",
            "Model": PurePath(settings.checkpoint or model).stem,
            "Variation seed": settings.subseed if varied else "",
            "Variation seed strength": settings.subseed_strength if varied else "",
            "Denoising strength": round(1 - settings.strength, 6) if over_image else "",
            "Clip skip": settings.clip_skip if settings.clip_skip > 1 else "",
            "Version": f"animator {__version__}",
        }
        shown = {key: _number(value) for key, value in fields.items() if value != ""}
        return cls(plan.prompt.positive.strip(), plan.prompt.negative.strip(), shown)

    @property
    def text(self) -> str:
        """The infotext as the web UI writes it."""
        line = ", ".join(f"{key}: {_quoted(value)}" for key, value in self.fields.items())
        negative = f"\n{NEGATIVE} {self.negative}" if self.negative else ""
        return f"{self.positive}{negative}\n{line}".strip()

    def settings(self) -> dict[str, Any]:
        """What it says about a film, by the paths of a preset."""
        values: dict[str, Any] = {"prompts": {"0": self.positive}, "negative_prompt": self.negative}
        for name, (path, read) in _MEANT.items():
            if name in self.fields:
                values[path] = read(self.fields[name])
        if "Size" in self.fields:
            sides = re.fullmatch(r"(\d+)\s*x\s*(\d+)", self.fields["Size"])
            values |= {"size": [int(side) // 8 * 8 for side in sides.groups()]} if sides else {}
        schedule = self.fields.get("Schedule type", "Automatic")
        if "diffusion.sampler" in values and schedule != "Automatic":
            values["diffusion.sampler"] += f" {schedule}"
        return values


def _text_or_number(text: str) -> Any:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


_MEANT: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "Steps": ("diffusion.steps", _text_or_number),
    "Sampler": ("diffusion.sampler", str),
    "CFG scale": ("diffusion.cfg_scale", _text_or_number),
    "Seed": ("diffusion.seed", _text_or_number),
    "Variation seed": ("diffusion.subseed", _text_or_number),
    "Variation seed strength": ("diffusion.subseed_strength", _text_or_number),
    "Clip skip": ("diffusion.clip_skip", _text_or_number),
}
"""Field -> the path in a preset and how its text is read."""


def _number(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if re.search(r"[,:\n]", text) else text


def _unquoted(text: str) -> str:
    if not (text.startswith('"') and text.endswith('"')):
        return text.strip()
    try:
        return str(json.loads(text))
    except json.JSONDecodeError:
        return text
