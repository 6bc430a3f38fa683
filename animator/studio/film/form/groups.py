"""The catalog of settings as the form shows it: groups in order, words that find them, ranges."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from animator.presets.deforum.names import deforum_names
from animator.settings.catalog import Setting, SettingGroup, setting_groups
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
