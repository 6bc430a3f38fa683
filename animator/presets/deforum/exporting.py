"""Converts a film to a settings file for Deforum, with notes on what Deforum does not have."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from animator.models.diffusion.samplers.registry import split_sampler
from animator.presets.deforum.caption_values import switched_off
from animator.presets.deforum.controlnet import write_units
from animator.presets.deforum.features import FEATURES
from animator.presets.deforum.forge_rows import FORGE_ROWS
from animator.presets.deforum.ignored_settings import HOST
from animator.presets.deforum.mask_rows import MASKS
from animator.presets.deforum.rows import SCHEDULE, Row
from animator.presets.deforum.samplers import LISTED
from animator.presets.deforum.schedule_text import number_text, plain_number, word_text
from animator.presets.deforum.table import ALL_ROWS, COMBINED, COMPAT, MAPPED, ROWS
from animator.settings import Animation
from animator.settings.choices import OFF
from animator.settings.compat import rules_of
from animator.settings.import_notes import Note, changes, harmless
from animator.settings.signals.sources import CLIP, first_sound
from schedules import Schedule, TextSchedule
from schedules.prompt_keys import PromptKey


@dataclass(frozen=True)
class Exported:
    """A film as Deforum settings.

    Attributes:
        settings: By Deforum's names, with Deforum's types.
        notes: On what Deforum will render differently, and on schedules written out.
    """

    settings: Mapping[str, Any]
    notes: tuple[Note, ...]

    @property
    def text(self) -> str:
        """The settings file as text."""
        return json.dumps(self.settings, ensure_ascii=False, indent=4) + "\n"


def export_settings(animation: Animation) -> Exported:
    """Converts a film to Deforum settings; settings without a counterpart are off or have its default."""
    settings = {row.name: row.default for row in MAPPED}
    for feature in (*FEATURES, *HOST):
        settings |= feature.settings
    notes: list[Note] = []
    switches: dict[str, bool] = {}
    ours = _flatten(animation)
    of_forks = _rows_of_forks(ours)
    for row in (*MAPPED, *of_forks):
        try:
            settings[row.name] = _export_value(row, ours[row.ours], animation, notes)
            if row.gate and row.gate.switch not in ROWS:
                switches[row.gate.switch] = switches.get(row.gate.switch, False) or _needs_switch(
                    row, ours[row.ours]
                )
        except ValueError as error:
            if _is_idle(row, ours):
                continue
            notes.append(changes(row.name, f"{row.ours} {error}; written as {row.default!r}"))
    if of_forks:
        notes.append(
            changes(tuple(row.name for row in of_forks), "only forks of Deforum have this, such as Forge's")
        )
    units, unit_notes = write_units(animation.controlnet, animation.scope)
    notes += unit_notes
    settings |= units | switches | _prompts(animation) | _sampler(settings["sampler"], notes)
    settings |= _combined(animation)
    if rules_of(animation).exports_source:
        settings |= {name: schedule.source for name, schedule in switched_off(animation).items()}
    return Exported(settings, (*notes, *_unsupported(animation, ours)))


def _rows_of_forks(ours: Mapping[str, Any]) -> tuple[Row, ...]:
    """Returns the forks' rows that a film uses: all of a group that is not as by default."""
    defaults = _flatten(Animation())
    used = {
        _feature(row) for row in FORGE_ROWS if _source_of(ours[row.ours]) != _source_of(defaults[row.ours])
    }
    return tuple(row for row in FORGE_ROWS if _feature(row) in used)


def _feature(row: Row) -> str:
    """Returns the group of a setting that is all of a feature, else the setting."""
    group = row.ours.partition(".")[0]
    return row.ours if group == "diffusion" else group


def _combined(animation: Animation) -> dict[str, Any]:
    """Returns Deforum's settings that depend on several of ours."""
    settings: dict[str, Any] = {}
    references = {"image": "Image", "video": "Video Input"}
    if animation.color.reference in references and animation.color.coherence != OFF:
        settings["color_coherence"] = references[animation.color.reference]
    if animation.is_hybrid:
        settings["hybrid_generate_inputframes"] = True  # Deforum needs the clip's extracted frames
    if animation.sound.add_soundtrack == "File" and not animation.sound.soundtrack_path:
        settings |= _first_sound(animation)
    return settings


def _first_sound(animation: Animation) -> dict[str, Any]:
    """Returns the sound of a film that names none but those in `signals`."""
    name = first_sound(animation.signals)
    path = animation.signals[name].path if name else ""
    if path == CLIP:
        return {"add_soundtrack": "Init Video"}
    return {"add_soundtrack": "File", "soundtrack_path": path} if path else {"add_soundtrack": "None"}


def _export_value(row: Row, value: Any, animation: Animation, notes: list[Note]) -> Any:
    """Returns Deforum's value of one setting."""
    if isinstance(value, Schedule) and row.conversion is SCHEDULE:
        written = number_text(value, animation.scope)
        if written.baked:
            notes.append(harmless(row.name, f"{row.ours} is written out; Deforum has no such schedules"))
        return written.text
    if isinstance(value, TextSchedule) and row.conversion in (SCHEDULE, MASKS):
        return word_text(value, animation.scope).text
    if isinstance(value, Schedule | TextSchedule):
        return _first_value(row, value, animation, notes)
    return _cast_like(row.conversion.write(value), row.default)


def _needs_switch(row: Row, value: Any) -> bool:
    """Returns True if a setting needs its switch on, because it differs from the value without it."""
    if row.gate is None or row.gate.follows:
        return False
    source = _source_of(value)
    if row.gate.plain:
        return isinstance(source, Mapping) or ":" in str(source)
    return bool(source != row.gate.value)


def _is_idle(row: Row, ours: Mapping[str, Any]) -> bool:
    """Returns True if the setting that this one depends on is off, so that its value has no effect."""
    above = ROWS.get(row.gate.switch) if row.gate else None
    return above is not None and row.gate is not None and not row.gate.is_on({above.name: ours[above.ours]})


def _first_value(row: Row, value: Schedule | TextSchedule, animation: Animation, notes: list[Note]) -> Any:
    """Returns the first value of a schedule, for a setting that is constant in Deforum."""
    values = value.values(animation.scope)
    has_schedule = any(other.gate and other.gate.plain == row.name for other in MAPPED)
    if len(set(values)) > 1 and not has_schedule:
        notes.append(changes(row.name, f"{row.ours} changes over the film; Deforum has a single value"))
    first = values[0]
    if isinstance(row.default, int):
        first = int(first)
    return _cast_like(
        row.conversion.write(first if isinstance(first, str | int) else float(first)), row.default
    )


def _cast_like(value: Any, default: Any) -> Any:
    """Casts a value to the type of Deforum's default."""
    if isinstance(default, str) and not isinstance(value, str):
        return plain_number(value) if isinstance(value, int | float) else str(value)
    if isinstance(value, float) and value.is_integer() and isinstance(default, int):
        return int(value)
    return value


def _sampler(name: str, notes: list[Note]) -> dict[str, str]:
    """Returns the sampler, with a separate schedule type if only newer web UIs have the two."""
    if name in LISTED:
        return {}
    base, schedule = split_sampler(name)
    notes.append(changes("sampler", f"the extension 3.0 does not have {name}; newer web UIs may"))
    return {"sampler": base, "scheduler": schedule} if schedule else {}


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


def _unsupported(animation: Animation, ours: Mapping[str, Any]) -> Iterator[Note]:
    """Yields notes on settings that Deforum does not have and that change the film."""
    mapped = {row.ours for row in ALL_ROWS} | COMBINED
    plain = {path: _source_of(value) for path, value in ours.items() if path not in mapped}
    defaults = {path: _source_of(value) for path, value in _flatten(Animation()).items()} | dict(COMPAT)
    if different := tuple(path for path, value in plain.items() if value != defaults[path]):
        yield changes(different, "Deforum has nothing like it")
    if animation.heard.used and any(_hears(animation, key) for key in animation.prompts.keys):
        yield changes("prompts", "variables of sounds and tables stand in them, which Deforum does not know")
    if rules_of(animation).repeats_first_seed and animation.diffusion.seed_iter_n > 1:
        yield changes("seed_iter_N", "Deforum gives the first seed to one frame only")


def _hears(animation: Animation, key: PromptKey) -> bool:
    return any(formula.names & animation.heard.used.keys() for formula in key.formulas)


def _source_of(value: Any) -> Any:
    return value.source if isinstance(value, Schedule | TextSchedule) else value


def _flatten(animation: Animation) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name in type(animation).model_fields:
        value = getattr(animation, name)
        if isinstance(value, BaseModel):
            flat |= {f"{name}.{inner}": getattr(value, inner) for inner in type(value).model_fields}
        else:
            flat[name] = value
    sides = {
        "size": animation.size,
        "diffusion.seed_resize_from": animation.diffusion.seed_resize_from or (0, 0),
    }
    return flat | {f"{name}.{index}": side for name, pair in sides.items() for index, side in enumerate(pair)}
