"""Turns what a preset has into the text of a field, and what is typed there into what a preset has."""

from collections.abc import Mapping, Sequence
from typing import Any

from animator.presets import yaml_text
from animator.settings.setting_kinds import NUMBERS, SettingKind
from animator.studio.written import ABSENT

LISTS = (SettingKind.TEXTS, SettingKind.FOLDERS, SettingKind.CHOICES)
"""Lists of texts: a line for each."""
BY_FRAME = (SettingKind.SCHEDULE, SettingKind.TEXT_SCHEDULE, SettingKind.IMAGES_BY_FRAME)
BY_NAME = (SettingKind.SCHEDULES_BY_NAME, SettingKind.FILES_BY_NAME, SettingKind.TIMES_BY_NAME)
MAPPINGS = (*BY_FRAME, *BY_NAME, SettingKind.POINTS_BY_FRAME, SettingKind.PROMPTS)
SIDES = 2


def spell(kind: SettingKind, value: Any) -> str:
    """Returns the text of a field.

    Args:
        kind: The kind of the setting.
        value: As presets have it; may be wrong, and then is shown as it is written.
    """
    if value is None or value is ABSENT:
        return ""
    if isinstance(value, str):
        return value
    if kind in LISTS and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    return yaml_text.inline(value, in_flow=True)


def parse(kind: SettingKind, text: str) -> Any:
    """Returns what a preset has for the text of a field: `ABSENT` where it is empty and says nothing.

    Args:
        kind: The kind of the setting.
        text: What was typed. What is no value of this kind stays text: the film's problems name it.
    """
    bare = text.strip()
    if kind in LISTS:
        return [line.strip() for line in text.splitlines() if line.strip()] or ABSENT
    if kind in NUMBERS or kind is SettingKind.SCHEDULE:
        return _number(bare, text) if bare else ABSENT
    return _structure(kind, text)


def _number(bare: str, text: str) -> Any:
    """Returns a number, or else what is typed; the braces of a mapping are read."""
    value = _scalar(bare)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return value if _is_keyed(value) else text


def _structure(kind: SettingKind, text: str) -> Any:
    """Returns the mapping that is typed in braces; moves, and what other steps take, as YAML; or text."""
    value = _scalar(text)
    if kind in (SettingKind.VALUE, SettingKind.MOVES, SettingKind.POINT):
        return ABSENT if value is None else value
    return value if kind in MAPPINGS and _is_keyed(value) else text


def _scalar(text: str) -> Any:
    try:
        return yaml_text.scalar(text)
    except ValueError:
        return text


def _is_keyed(value: Any) -> bool:
    """Returns True for a mapping with a value for each key; `{everywhere}` in a mask is none."""
    return isinstance(value, Mapping) and None not in value.values()


def sides_of(value: Any) -> tuple[str, str]:
    """Returns the texts of width and height; what is no size is all in the first."""
    if isinstance(value, str) and value.lower().count("x") == 1:
        width, height = value.lower().split("x")
        return width.strip(), height.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value), str(value)
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) == SIDES:
        return spell(SettingKind.NUMBER, value[0]), spell(SettingKind.NUMBER, value[1])
    return spell(SettingKind.VALUE, value), ""


def size_from(width: str, height: str) -> Any:
    """Returns the size that presets have for two texts; `ABSENT` where both are empty."""
    if not width.strip() and not height.strip():
        return ABSENT
    return [parse(SettingKind.NUMBER, width or "0"), parse(SettingKind.NUMBER, height or "0")]
