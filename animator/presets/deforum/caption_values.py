"""The schedules that Deforum's subtitles show: as its settings file has them, switched on or not."""

from collections.abc import Iterator, Mapping
from typing import Any

from animator.presets.deforum.features import FEATURES
from animator.presets.deforum.rows import SCHEDULE, Row
from animator.presets.deforum.table import MAPPED
from animator.settings import Animation
from animator.settings.compat import rules_of
from animator.settings.import_notes import Note, harmless
from animator.settings.subtitle_names import VALUES, SubtitleValue
from animator.settings.subtitle_values import PARSEQ, PROMPTS, SEEDS
from animator.timeline.columns import schedule_fields
from schedules import Schedule, Scope, TextSchedule

_ROWS: Mapping[str, Row] = {row.name: row for row in MAPPED}
_UNSUPPORTED: Mapping[str, Any] = {name: value for one in FEATURES for name, value in one.settings.items()}
_DEFAULTS: Mapping[str, Any] = {
    value.setting: _ROWS[value.setting].default if value.setting in _ROWS else _UNSUPPORTED[value.setting]
    for value in VALUES
}
_COUNTED = ("iter", "fixed", "ladder", "alternate")
"""Seed behaviors in which each seed follows from the last one."""


def caption_schedules(animation: Animation) -> dict[str, Schedule | TextSchedule]:
    """Returns the schedule of each value that subtitles can show, by Deforum's name.

    A film with Deforum's rules shows what its settings file says even where that is switched off; any other
    film shows its own values, and Deforum's default of those that it does not have.
    """
    fields = schedule_fields(animation)
    rows = [_ROWS[value.setting] for value in VALUES if value.setting in _ROWS]
    off = switched_off(animation) if rules_of(animation).deforum_subtitles else {}
    return _defaults() | {row.name: fields[row.ours] for row in rows} | off


def switched_off(animation: Animation) -> dict[str, Schedule | TextSchedule]:
    """Returns the schedules that a film's settings file has and the film does not, by Deforum's name."""
    fields = schedule_fields(animation)
    known = _defaults() | dict(animation.output.subtitle_values.schedules)
    return {
        name: schedule
        for name, schedule in known.items()
        if name not in _ROWS or _is_off(_ROWS[name], fields[_ROWS[name].ours].source)
    }


def _defaults() -> dict[str, Schedule | TextSchedule]:
    return {value.setting: _parse(value, _DEFAULTS[value.setting]) for value in VALUES}


def _is_off(row: Row, source: Any) -> bool:
    """Returns True if a setting of ours has the value that it has while Deforum's switch for it is off."""
    if row.gate is None:
        return False
    if row.gate.plain:
        return not isinstance(source, Mapping) and ":" not in str(source)
    return bool(source == row.gate.value)


def values_to_keep(
    written: Mapping[str, Any], upgraded: Mapping[str, Any], scope: Scope
) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """Returns what subtitles show of a settings file and its film does not have, and notes on the rest.

    Args:
        written: The settings of the file, by 3.0's names.
        upgraded: The same, complete and with the values of a Parseq manifest.
        scope: The film.
    """
    kept: dict[str, Any] = {}
    notes: list[Note] = []
    for value in _hidden(upgraded):
        source = upgraded.get(value.setting, _DEFAULTS[value.setting])
        if _same(source, _DEFAULTS[value.setting]):
            continue
        try:
            _parse(value, SCHEDULE.read(source)).values(scope)
        except ValueError as error:
            what = "is off, and cannot be read; subtitles show Deforum's default"
            notes.append(harmless(value.setting, f"{what}: {error}"))
            continue
        kept[value.setting] = source
    return kept | _of_parseq(written, upgraded), tuple(notes)


def _hidden(settings: Mapping[str, Any]) -> Iterator[SubtitleValue]:
    """Yields the values that a film of these settings does not have."""
    for value in VALUES:
        row = _ROWS.get(value.setting)
        if row is None or (row.gate is not None and not row.gate.is_on(settings)):
            yield value


def _of_parseq(written: Mapping[str, Any], upgraded: Mapping[str, Any]) -> dict[str, Any]:
    """Returns how Deforum shows seeds and prompts that a Parseq manifest gives."""
    kept: dict[str, Any] = {}
    behavior = written.get(SEEDS, _ROWS[SEEDS].default)
    if upgraded[SEEDS] != behavior and str(behavior).strip().lower() in _COUNTED:
        kept[SEEDS] = str(behavior).strip().lower()
    if upgraded[PROMPTS] is not written[PROMPTS]:
        kept[PROMPTS] = PARSEQ
    return kept


def _parse(value: SubtitleValue, source: Any) -> Schedule | TextSchedule:
    return TextSchedule.parse(source) if value.is_text else Schedule.parse(source)


def _same(source: Any, other: Any) -> bool:
    """Returns True if two texts differ at most in their spaces."""
    return "".join(str(source).split()) == "".join(str(other).split())
