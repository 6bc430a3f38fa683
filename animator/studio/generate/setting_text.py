"""How fields show the values of settings as text, and read them back."""

from typing import Any

from animator.presets import yaml_text
from animator.settings.setting_kinds import NUMBERS, SettingKind

LISTS = (SettingKind.TEXTS, SettingKind.FOLDERS)


def shown_value(kind: SettingKind, value: Any) -> str:
    """Returns the text of a value, as its field shows it; empty where it is left open."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return (" x " if kind is SettingKind.SIZE else ", ").join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def read_value(kind: SettingKind, text: str) -> Any:
    """Returns the value of a text; None where it is empty. What is no such value stays text, a problem."""
    if not text.strip():
        return None
    if kind in LISTS:
        return [part.strip() for part in text.split(",") if part.strip()]
    if kind is SettingKind.SIZE:
        sides = text.lower().replace("×", "x").replace(",", "x").split("x")
        whole = [side.strip() for side in sides if side.strip().isdecimal() and len(side.strip()) < 10]
        return [int(side) for side in whole] if len(whole) == len(sides) == 2 else text.strip()
    return _number(text) if kind in NUMBERS else text


def read_numbers(text: str) -> Any:
    """Returns the numbers in a text, with commas between them; None where it is empty."""
    return [_number(part) for part in text.strip(" []").split(",") if part.strip()] or None


def _number(text: str) -> int | float | str:
    try:
        value = yaml_text.scalar(text.strip())
    except ValueError:
        return text.strip()
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number else text.strip()
