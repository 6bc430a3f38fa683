"""Parseq manifests: values rendered for every frame by the Parseq editor.

A manifest has some of the settings; all others stay as in the preset.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from schedules.errors import ScheduleError
from schedules.values import is_number

MAX_TEXT = 200_000_000
MAX_FRAMES = 1_000_000
_DELTAS = (
    "angle", "zoom", "translation_x", "translation_y", "translation_z",
    "rotation_3d_x", "rotation_3d_y", "rotation_3d_z",
    "perspective_flip_theta", "perspective_flip_phi", "perspective_flip_gamma", "perspective_flip_fv",
)  # fmt: skip
_RENAMED = {
    "cfg_scale_schedule": "scale",
    "sampler_schedule": "sampler_schedule",
    "steps_schedule": "steps_schedule",
    "kernel_schedule": "antiblur_kernel",
    "sigma_schedule": "antiblur_sigma",
    "amount_schedule": "antiblur_amount",
    "threshold_schedule": "antiblur_threshold",
    "blendFactorMax": "guided_blendFactorMax",
    "blendFactorSlope": "guided_blendFactorSlope",
    "tweening_frames_schedule": "guided_tweening_frames",
    "color_correction_factor": "guided_colorCorrectionFactor",
    "image_strength_schedule": "guided_imageStrength",
}
_SAME = (
    "noise", "strength", "contrast", "seed", "subseed", "subseed_strength", "clipskip", "noise_multiplier",
    "ddim_eta", "ancestral_eta", "pix2pix_img_cfg_scale", "fov", "near", "far", "aspect_ratio",
    "hybrid_comp_alpha", "hybrid_comp_mask_blend_alpha", "hybrid_comp_mask_contrast",
    "hybrid_comp_mask_auto_contrast_cutoff_low", "hybrid_comp_mask_auto_contrast_cutoff_high",
    "hybrid_flow_factor", "cadence_flow_factor", "redo_flow_factor",
)  # fmt: skip
_PROMPT = "deforum_prompt"
_TEXTS = frozenset({_PROMPT, "sampler_schedule"})


def _fields() -> dict[str, str]:
    named = {name: name for name in (*_DELTAS, "transform_center_x", "transform_center_y")}
    named |= {f"{name}_schedule": name for name in _SAME} | _RENAMED
    for unit in range(1, 6):
        for part in ("weight", "guidance_start", "guidance_end"):
            named[f"cn_{unit}_{part}"] = f"cn_{unit}_{part}"
    return named | {"prompts": _PROMPT}


FIELDS: Mapping[str, str] = MappingProxyType(_fields())
"""Deforum parameter -> the manifest's field for it."""

Entry = float | str


@dataclass(frozen=True)
class Overrides:
    """Settings of the film in a manifest; None for those it does not set."""

    frames: int
    fps: float | None
    cadence: int | None


@dataclass(frozen=True)
class Manifest:
    """A rendered Parseq manifest.

    Attributes:
        frames: The listed frame numbers.
        columns: Field -> one value per listed frame; only fields that the first listed frame has.
        fps: Output frames per second; None if not set.
        cadence: Cadence; None if not set.
    """

    frames: tuple[int, ...]
    columns: Mapping[str, tuple[Entry, ...]] = field(compare=False)
    fps: float | None
    cadence: int | None

    @classmethod
    def parse(cls, source: str | Mapping[str, Any]) -> "Manifest":
        """Parses a manifest from JSON text or a decoded mapping.

        Raises:
            ScheduleError: The JSON is broken, no frames are rendered, or a value has the wrong type.
        """
        document = _decode(source) if isinstance(source, str) else source
        if not isinstance(document, Mapping):
            raise ScheduleError("a Parseq manifest is a JSON object")
        rows = document.get("rendered_frames")
        if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
            hint = "press Render in Parseq, then copy its output, not the document"
            raise ScheduleError("the Parseq manifest has no rendered_frames", hint=hint)
        if len(rows) > MAX_FRAMES:
            raise ScheduleError(f"a Parseq manifest has {len(rows)} frames; expected at most {MAX_FRAMES}")
        frames = tuple(_frame_number(row, place) for place, row in enumerate(rows))
        wanted = {
            name
            for name in {*FIELDS.values(), *(f"{name}_delta" for name in _DELTAS)}
            if rows[0].get(name) is not None
        }
        columns = {name: tuple(_column(name, rows, frames)) for name in sorted(wanted)}
        options = document.get("options")
        options = options if isinstance(options, Mapping) else {}
        return cls(frames, MappingProxyType(columns), _option(options, "output_fps"), _cadence(options))

    def overrides(self, *, compat: bool = False) -> Overrides:
        """Returns the number of frames, fps and cadence set by the manifest.

        Args:
            compat: True for Deforum's number of frames, which counts the listed ones even if there are gaps
                between them; False for the highest listed frame plus 1.
        """
        return Overrides(len(self.frames) if compat else max(self.frames) + 1, self.fps, self.cadence)

    def sources(self, *, deltas: bool = True) -> dict[str, dict[int, Entry]]:
        """Returns Deforum parameter -> {frame: value}, the form that schedules and prompts are parsed from.

        Between listed frames numbers are then interpolated and texts held. Parameters that the manifest lacks
        are absent.

        Args:
            deltas: True for motion as steps from frame to frame, which the animation loop adds up; False for
                Parseq's absolute values.
        """
        names = {name: field_of(name, deltas=deltas) for name in FIELDS}
        return {
            name: dict(sorted(dict(zip(self.frames, self.columns[column], strict=True)).items()))
            for name, column in names.items()
            if column in self.columns
        }

    def listed(self, name: str, frames: int, *, deltas: bool = True) -> list[Entry] | None:
        """Returns a parameter's value for each of `frames` frames, filled in like Deforum does.

        Frames that are not listed are NaN; after the last listed frame its value is repeated. None if the
        manifest lacks the parameter.
        """
        column = self.columns.get(field_of(name, deltas=deltas)) if name in FIELDS else None
        if column is None:
            return None
        series: list[Entry] = [math.nan] * frames
        for frame, value in zip(self.frames, column, strict=True):
            if frame < frames:
                series[frame] = value
        last = min(self.frames[-1], frames)
        return series[:last] + [column[-1]] * (frames - last)


def field_of(name: str, *, deltas: bool) -> str:
    """Returns the manifest's field for a Deforum parameter."""
    return f"{FIELDS[name]}_delta" if deltas and name in _DELTAS else FIELDS[name]


def _decode(text: str) -> Any:
    if len(text) > MAX_TEXT:
        raise ScheduleError(f"a Parseq manifest has {len(text)} characters; expected at most {MAX_TEXT}")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        hint = "copy the whole output of Parseq"
        raise ScheduleError(f"broken JSON: {error.msg}", text=text, column=error.pos, hint=hint) from None
    except RecursionError:
        raise ScheduleError("the JSON is too deeply nested") from None


def _frame_number(row: Any, place: int) -> int:
    number = row.get("frame") if isinstance(row, Mapping) else None
    if not is_number(number) or not float(number).is_integer() or not 0 <= number < MAX_FRAMES:
        raise ScheduleError(f"entry {place} of rendered_frames has no frame number: frame is {number!r:.80}")
    return int(number)


def _column(name: str, rows: Sequence[Mapping[str, Any]], frames: Sequence[int]) -> Iterator[Entry]:
    for frame, row in zip(frames, rows, strict=True):
        value = row.get(name)
        if name in _TEXTS and isinstance(value, str):
            yield value
        elif name not in _TEXTS and is_number(value) and math.isfinite(value):
            yield float(value)
        else:
            kind = "text" if name in _TEXTS else "a number"
            message = f"`{name}` of the Parseq manifest should be {kind}, is {value!r:.80}"
            raise ScheduleError(message, frame=frame)


def _option(options: Mapping[str, Any], name: str) -> float | None:
    """Returns an option as a number above 0; Parseq leaves some empty."""
    value = options.get(name)
    if value is None or value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise ScheduleError(f"`{name}` of the Parseq manifest should be a number above 0, is {value!r:.80}")
    return number


def _cadence(options: Mapping[str, Any]) -> int | None:
    number = _option(options, "cadence")
    return None if number is None else max(int(number), 1)
