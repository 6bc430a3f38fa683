"""A1111's infotext: the generation parameters that the web UI writes into PNGs and reads back.

It has three parts: the prompt, `Negative prompt: ...`, and a line `Steps: 20, Sampler: Euler a, ...`, in
which texts with commas, colons or line breaks are quoted as JSON. Extensions and sites add lines behind it,
such as `Template: ...`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from animator._version import __version__
from animator.models.diffusion.samplers.registry import split_sampler
from animator.presets.infotext_fields import fields_of, find_line, number, plain_number, quote
from animator.timeline.plan import Plan

NEGATIVE = "Negative prompt:"
_MOST_NAMED = 20
_TITLE = re.compile(r"\s{0,9}([^:\n]{1,60}):")


@dataclass(frozen=True)
class Infotext:
    """The generation parameters of an image.

    Attributes:
        positive: The prompt.
        negative: The negative prompt.
        fields: All other fields in the web UI's order, such as `Steps` -> `20`.
        trailing: What follows the parameter line.
    """

    positive: str
    negative: str
    fields: Mapping[str, str]
    trailing: str = ""

    @classmethod
    def parse(cls, text: str) -> "Infotext":
        """Parses an infotext; a text without a parameter line is a prompt."""
        lines = text.replace("\r\n", "\n").strip().split("\n")
        at = find_line(lines)
        fields = {} if at is None else fields_of(lines[at])
        body, trailing = "\n".join(lines[:at]), "" if at is None else "\n".join(lines[at + 1 :])
        at = 0 if body.startswith(NEGATIVE) else body.find(f"\n{NEGATIVE}") + 1
        has_negative = body.startswith(NEGATIVE, at)
        positive, negative = (body[:at], body[at + len(NEGATIVE) :]) if has_negative else (body, "")
        return cls(positive.strip(), negative.strip(), fields, trailing.strip())

    @classmethod
    def of(cls, plan: Plan, model: str, *, over_image: bool, model_hash: str = "") -> "Infotext":
        """Returns the infotext of a frame.

        Args:
            plan: The frame's plan.
            model: The film's model; the plan's checkpoint takes precedence.
            over_image: True if the frame was generated from an image, not from its prompt alone.
            model_hash: Short hash of the model's file; empty if it is not known.
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
            "Model hash": model_hash,
            "Model": PurePath(settings.checkpoint or model).stem,
            "Variation seed": settings.subseed if has_variation else "",
            "Variation seed strength": settings.subseed_strength if has_variation else "",
            "Denoising strength": round(1 - settings.strength, 6) if over_image else "",
            "Clip skip": settings.clip_skip if settings.clip_skip > 1 else "",
            "Version": f"animator {__version__}",
        }
        texts = {key: plain_number(value) for key, value in fields.items() if value != ""}
        return cls(plan.prompt.positive.strip(), plan.prompt.negative.strip(), texts)

    @property
    def text(self) -> str:
        """The infotext as the web UI writes it."""
        line = ", ".join(f"{key}: {quote(value)}" for key, value in self.fields.items())
        negative = f"\n{NEGATIVE} {self.negative}" if self.negative else ""
        return f"{self.positive}{negative}\n{line}\n{self.trailing}".strip()

    @property
    def summary(self) -> str:
        """The parts that a film takes over, and those that it does not, as one line."""
        used = [name for name in self.fields if name in _SETTINGS or name in ("Size", "Schedule type")]
        taken = ["the prompt", *(["the negative prompt"] if self.negative else []), *used]
        titles = (_TITLE.match(line) for line in self.trailing.splitlines())
        left = [*(name for name in self.fields if name not in used), *(title[1] for title in titles if title)]
        shown = [name[:40] for name in left[:_MOST_NAMED]]
        more = [f"{len(left) - len(shown)} more"] if len(left) > len(shown) else []
        rest = f"; not {', '.join([*shown, *more])}" if left else ""
        return f"takes over {', '.join(taken)}{rest}"

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


_SETTINGS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "Steps": ("diffusion.steps", number),
    "Sampler": ("diffusion.sampler", str),
    "CFG scale": ("diffusion.cfg_scale", number),
    "Seed": ("diffusion.seed", number),
    "Variation seed": ("diffusion.subseed", number),
    "Variation seed strength": ("diffusion.subseed_strength", number),
    "Clip skip": ("diffusion.clip_skip", number),
}
"""Field -> the path in a preset and the parser of its text."""
