"""A film -> the settings file that Deforum reads, and notes on what it has no words for."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from animator.models.diffusion.samplers.registry import split_sampler
from animator.presets.deforum.controlnet import write_units
from animator.presets.deforum.features import FEATURES
from animator.presets.deforum.ignored_settings import HOST
from animator.presets.deforum.mask_rows import MASKS
from animator.presets.deforum.rows import CURVE, Row
from animator.presets.deforum.samplers import LISTED
from animator.presets.deforum.schedule_text import number_text, plain_number, word_text
from animator.presets.deforum.table import COMPAT, MAPPED, ROWS, SUMMED_UP
from animator.settings import Animation
from animator.settings.choices import OFF
from animator.settings.compat import rules_of
from animator.settings.import_notes import Note, changes, harmless
from schedules import Schedule, TextSchedule


@dataclass(frozen=True)
class Exported:
    """A film in Deforum's words.

    Attributes:
        settings: By Deforum's names, of Deforum's types.
        notes: What Deforum will draw differently, and what was written out.
    """

    settings: Mapping[str, Any]
    notes: tuple[Note, ...]

    @property
    def text(self) -> str:
        """The settings file."""
        return json.dumps(self.settings, ensure_ascii=False, indent=4) + "\n"


def export_settings(animation: Animation) -> Exported:
    """The Deforum settings of a film; whatever the film does not say is off or at Deforum's default."""
    settings = {row.name: row.default for row in MAPPED}
    for feature in (*FEATURES, *HOST):
        settings |= feature.settings
    notes: list[Note] = []
    opened: dict[str, bool] = {}
    ours = _flat(animation)
    for row in MAPPED:
        try:
            settings[row.name] = _written(row, ours[row.ours], animation, notes)
            if row.gate and row.gate.switch not in ROWS:
                opened[row.gate.switch] = opened.get(row.gate.switch, False) or _opens(row, ours[row.ours])
        except ValueError as error:
            if _idle(row, ours):
                continue
            notes.append(changes(row.name, f"{row.ours} {error}; written as {row.default!r}"))
    units, told = write_units(animation.controlnet, animation.scope)
    notes += told
    settings |= units | opened | _prompts(animation) | _sampler(settings["sampler"], notes)
    settings |= _several(animation)
    return Exported(settings, (*notes, *_wordless(animation, ours)))


def _several(animation: Animation) -> dict[str, Any]:
    """What several of our settings say in one of Deforum's."""
    said: dict[str, Any] = {}
    outside = {"image": "Image", "video": "Video Input"}
    if animation.color.reference in outside and animation.color.coherence != OFF:
        said["color_coherence"] = outside[animation.color.reference]
    if animation.is_hybrid:
        said["hybrid_generate_inputframes"] = True  # Deforum follows a clip only once it was taken apart
    if animation.sound.add_soundtrack == "File" and not animation.sound.soundtrack_path:
        said["add_soundtrack"] = "None"
    return said


def _written(row: Row, value: Any, animation: Animation, notes: list[Note]) -> Any:
    """Deforum's value of one setting."""
    if isinstance(value, Schedule) and row.conversion is CURVE:
        written = number_text(value, animation.scope)
        if written.baked:
            notes.append(harmless(row.name, f"{row.ours} is written out, for Deforum has no such schedules"))
        return written.text
    if isinstance(value, TextSchedule) and row.conversion in (CURVE, MASKS):
        return word_text(value, animation.scope).text
    if isinstance(value, Schedule | TextSchedule):
        return _first(row, value, animation, notes)
    return _typed(row.conversion.write(value), row.default)


def _opens(row: Row, value: Any) -> bool:
    """True where a setting needs its switch on: it is not what counts without."""
    if row.gate is None or row.gate.follows:
        return False
    source = _plain(value)
    if row.gate.plain:
        return isinstance(source, Mapping) or ":" in str(source)
    return bool(source != row.gate.value)


def _idle(row: Row, ours: Mapping[str, Any]) -> bool:
    """True where the setting that this one depends on is off, so that its value says nothing."""
    above = ROWS.get(row.gate.switch) if row.gate else None
    return above is not None and row.gate is not None and not row.gate.is_on({above.name: ours[above.ours]})


def _first(row: Row, value: Schedule | TextSchedule, animation: Animation, notes: list[Note]) -> Any:
    """The first value of a schedule, for a setting that is one number or word there."""
    values = value.values(animation.scope)
    has_schedule = any(other.gate and other.gate.plain == row.name for other in MAPPED)
    if len(set(values)) > 1 and not has_schedule:
        notes.append(changes(row.name, f"{row.ours} changes over the film; Deforum has one value"))
    first = values[0]
    return _typed(row.conversion.write(first if isinstance(first, str) else int(first)), row.default)


def _typed(value: Any, default: Any) -> Any:
    """The value of the type that Deforum has for it."""
    if isinstance(default, str) and not isinstance(value, str):
        return plain_number(value) if isinstance(value, int | float) else str(value)
    if isinstance(value, float) and value.is_integer() and isinstance(default, int):
        return int(value)
    return value


def _sampler(name: str, notes: list[Note]) -> dict[str, str]:
    """The sampler, its spacing apart where only newer web UIs have the two together."""
    if name in LISTED:
        return {}
    base, spacing = split_sampler(name)
    notes.append(changes("sampler", f"the extension 3.0 knows no {name}; newer web UIs may"))
    return {"sampler": base, "scheduler": spacing} if spacing else {}


def _prompts(animation: Animation) -> dict[str, Any]:
    source = animation.prompts.source
    if rules_of(animation).exports_source and isinstance(source, Mapping) and not animation.prompt_suffix:
        return {"prompts": dict(source)}
    scope, suffix = animation.scope, animation.prompt_suffix
    keyed = sorted((key.at.frame(scope), key.text) for key in animation.prompts.keys)
    return {"prompts": {str(frame): _suffixed(text, suffix) for frame, text in keyed}}


def _suffixed(text: str, suffix: str) -> str:
    positive, mark, negative = text.partition("--neg")
    return f"{positive.rstrip()} {suffix} {mark}{negative}".strip() if suffix else text


def _wordless(animation: Animation, ours: Mapping[str, Any]) -> Iterator[Note]:
    """Notes on settings that Deforum has no name for and that make a difference."""
    mapped = {row.ours for row in MAPPED} | SUMMED_UP
    plain = {path: _plain(value) for path, value in ours.items() if path not in mapped}
    usual = {path: _plain(value) for path, value in _flat(Animation()).items()} | dict(COMPAT)
    if different := tuple(path for path, value in plain.items() if value != usual[path]):
        yield changes(different, "Deforum has nothing like it")
    if rules_of(animation).repeats_first_seed and animation.diffusion.seed_iter_n > 1:
        yield changes("seed_iter_N", "Deforum gives the first seed to one frame only")


def _plain(value: Any) -> Any:
    return value.source if isinstance(value, Schedule | TextSchedule) else value


def _flat(animation: Animation) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name in type(animation).model_fields:
        value = getattr(animation, name)
        if isinstance(value, BaseModel):
            flat |= {f"{name}.{inner}": getattr(value, inner) for inner in type(value).model_fields}
        else:
            flat[name] = value
    return flat | {"size.0": animation.size[0], "size.1": animation.size[1]}
