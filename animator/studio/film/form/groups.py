"""The catalog of settings as the form shows it: groups in order, words that find them, ranges."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from animator.presets.deforum.names import deforum_names
from animator.settings.catalog import Setting, SettingGroup, setting_groups
from animator.settings.setting_kinds import SettingKind
from animator.studio.labels import Translate
from animator.studio.search import has_words
from animator.studio.written import Path, WrittenSettings

_FIRST = ("", "diffusion", "motion", "camera", "noise", "color")
"""Groups that most films change."""
_LEADING = ("use", "at", "enabled", "model", "module", "source")


@cache
def known_groups() -> tuple[SettingGroup, ...]:
    """Returns the groups in the order of the form; takes part of a second the first time."""
    by_name = {group.name: _in_order(group) for group in setting_groups()}
    return tuple(by_name.pop(name) for name in _FIRST) + tuple(by_name.values())


def _in_order(group: SettingGroup) -> SettingGroup:
    """Returns a group with the settings first that decide whether and by what it does anything."""
    names = [setting.name for setting in group.settings]
    if not (group.is_list or "enabled" in names):
        return group
    first = [setting for name in _LEADING for setting in group.settings if setting.name == name]
    return replace(group, settings=(*first, *(one for one in group.settings if one not in first)))


@cache
def known_settings() -> Mapping[tuple[str, str], Setting]:
    """Returns all settings by group and name."""
    every = (setting for group in known_groups() for setting in group.settings)
    return MappingProxyType({(setting.group, setting.name): setting for setting in every})


@dataclass(frozen=True)
class Place:
    """A setting, and where it is written.

    Attributes:
        setting: The setting.
        path: Its keys.
    """

    setting: Setting
    path: Path


def places_in(group: SettingGroup, written: WrittenSettings) -> Iterator[Place]:
    """Yields the settings of a group; those of a list, of each of its items."""
    if not group.is_list:
        prefix = (group.name,) if group.name else ()
        yield from (Place(setting, (*prefix, setting.name)) for setting in group.settings)
        return
    for index in range(len(written.items(group.name))):
        yield from places_of_item(group, index, written)


def places_of_item(group: SettingGroup, index: int, written: WrittenSettings) -> Iterator[Place]:
    """Yields the settings of an item of a list; of a step, its own, too."""
    item = written.items(group.name)[index]
    use = item.get("use") if isinstance(item, dict) else None
    own = written.steps[use].settings if isinstance(use, str) and use in written.steps else ()
    settings = {setting.name: setting for setting in (*group.settings, *own)}  # its own `at` has its default
    for setting in settings.values():
        yield Place(setting, (group.name, str(index), setting.name))


def find(words: str, places: Iterator[Place], t: Translate) -> list[Place]:
    """Returns the settings that have all words, those with them in their names before the others.

    Args:
        words: What a person looks for.
        places: Where to look.
        t: Translates titles and descriptions, in which it is looked, too.
    """
    named: list[Place] = []
    described: list[Place] = []
    for place in places:
        setting = place.setting
        names = _names(setting, t)
        if has_words(names, words):
            named.append(place)
        elif has_words(f"{names} {_descriptions(setting, t)}", words):
            described.append(place)
    return [*named, *described]


def _names(setting: Setting, t: Translate) -> str:
    deforum = (one.name for one in deforum_names(setting.path))
    return " ".join((setting.path, setting.title, t(setting.title), *deforum))


def _descriptions(setting: Setting, t: Translate) -> str:
    return f"{setting.description} {t(setting.description)}"


def range_of(setting: Setting) -> str:
    """Returns the range of a setting's numbers in signs, such as "0 – 1"; empty where there is none."""
    low, high = setting.low, setting.high
    if low is not None and high is not None:
        multiples = (setting.multiple_of * factor for factor in (1, 2, 3)) if setting.multiple_of else ()
        steps = f" ({', '.join(map(str, multiples))}, …)" if setting.multiple_of else ""
        return f"{_number(low)} – {_number(high)}{steps}"
    if low is not None:
        return f"{'>' if setting.low_is_excluded else '≥'} {_number(low)}"
    return f"≤ {_number(high)}" if high is not None else ""


def _number(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else f"{number:g}"


KIND_WORDS: Mapping[SettingKind, str] = {
    SettingKind.WHOLE_NUMBER: "whole number",
    SettingKind.NUMBER: "number",
    SettingKind.SIZE: "width and height in pixels",
    SettingKind.TEXTS: "one text in a line",
    SettingKind.FOLDERS: "one folder in a line",
    SettingKind.SCHEDULE: "number, formula or keys by frame such as 0:(1), 30:(1+t/10)",
    SettingKind.TEXT_SCHEDULE: 'text, or texts by frame such as 0:("a"), 30:("b")',
    SettingKind.IMAGES_BY_FRAME: "paths by frame such as {0: a.png, 30: b.png}",
    SettingKind.SCHEDULES_BY_NAME: 'schedules by name such as {name: "0:(1)"}',
    SettingKind.FILES_BY_NAME: "sounds and tables by name such as {music: song.mp3}",
    SettingKind.TIMES_BY_NAME: "seconds by name such as {drop: 62.5}, or the name of a file",
    SettingKind.FILE: "name of a file",
    SettingKind.IMAGE: "name of an image",
    SettingKind.CLIP: "name of a video, or of a folder or pattern of images",
    SettingKind.WEIGHTS: "name of a file of weights",
    SettingKind.MODEL: "name of a model",
    SettingKind.FOLDER: "name of a folder",
    SettingKind.MOVES: "moves such as [dolly_in, {orbit: {speed: 2}}]",
    SettingKind.POINTS_BY_FRAME: "points by frame such as {0: {position: [0, 0, 0]}, 60: ...}",
    SettingKind.VALUE: "YAML value",
}
"""What can be typed for a kind, where the field does not show it."""
