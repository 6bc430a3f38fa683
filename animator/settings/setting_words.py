"""The permitted values of settings in words, such as "whole number, 1 or more"."""

from collections.abc import Mapping

from animator.settings.setting_kinds import Bounds, Choice, SettingKind

_WORDS: Mapping[SettingKind, str] = {
    SettingKind.SWITCH: "true, false",
    SettingKind.CHOICES: "list",
    SettingKind.WHOLE_NUMBER: "whole number",
    SettingKind.NUMBER: "number",
    SettingKind.TEXTS: "list",
    SettingKind.FOLDERS: "list",
    SettingKind.SCHEDULE: "schedule",
    SettingKind.TEXT_SCHEDULE: "schedule of texts",
    SettingKind.PROMPTS: "text, or texts by frame",
    SettingKind.IMAGES_BY_FRAME: "paths by frame",
    SettingKind.SCHEDULES_BY_NAME: "schedules by name",
    SettingKind.FILES_BY_NAME: "paths by name",
    SettingKind.TIMES_BY_NAME: "seconds by name, or a path",
    SettingKind.MOVES: "list of moves",
    SettingKind.POINTS_BY_FRAME: "points by frame",
    SettingKind.POINT: "[right, up, forward], each",
    SettingKind.VALUE: "value",
}
"""What is said of the values of a kind; text, where nothing is."""


def values_in_words(kind: SettingKind, choices: tuple[Choice, ...], bounds: Bounds) -> str:
    """Returns the permitted values of a setting.

    Args:
        kind: What its value is.
        choices: The values that it may have; empty where there are others.
        bounds: The range of its numbers.
    """
    if kind is SettingKind.CHOICE:
        return ", ".join(str(one).lower() if isinstance(one, bool) else str(one) for one in choices)
    if kind is SettingKind.SIZE:
        multiples = f", multiples of {bounds.multiple_of}" if bounds.multiple_of else ""
        return f"two whole numbers{multiples}{_range(bounds)}"
    return f"{_WORDS.get(kind, 'text')}{_range(bounds)}"


def _range(bounds: Bounds) -> str:
    low, high = bounds.low, bounds.high
    if high is None:
        if low is None:
            return ""
        return f", above {_number(low)}" if bounds.low_is_excluded else f", {_number(low)} or more"
    return f", up to {_number(high)}" if low is None else f", {_number(low)} to {_number(high)}"


def _number(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else f"{number:g}"
