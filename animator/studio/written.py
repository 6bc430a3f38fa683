"""`WrittenSettings`: what the text of a draft says, setting by setting."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from animator.errors import PluginError, PresetError
from animator.presets import raw
from animator.presets.plain import TEXT
from animator.settings import Animation
from animator.settings.catalog import SettingGroup, step_group
from animator.settings.ineffective import settings_without_effect
from animator.settings.raw import RawPreset

Path = tuple[str, ...]
"""The keys of a setting from the top of a preset; items of lists by their index."""
ABSENT = object()
"""The value of a setting that is not written."""


@dataclass(frozen=True)
class WrittenSettings:
    """What the text of a draft says, setting by setting.

    Attributes:
        own: The values in the text itself.
        values: These, and those of the presets that it extends.
        without_effect: What each setting needs that has no effect, by its path.
        steps: The settings of the steps that the film uses, by their names; without those that are not there.
        is_readable: False where the text is no YAML, and nothing is known.
    """

    own: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    without_effect: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, SettingGroup] = field(default_factory=dict)
    is_readable: bool = False

    @property
    def extends(self) -> bool:
        """True if settings that are not in the text may be in another preset."""
        return "extends" in self.own

    def value(self, path: Path) -> Any:
        """Returns what is written for a setting, here or in a preset that this extends; else `ABSENT`."""
        return value_at(self.values, path)

    def has_own(self, path: Path) -> bool:
        """Returns True if a setting is in the text itself."""
        return value_at(self.own, path) is not ABSENT

    def items(self, name: str) -> Sequence[Any]:
        """Returns the items of a list of groups; none where something else is written."""
        value = self.values.get(name)
        return value if isinstance(value, list) else ()


def value_at(values: Any, path: Path) -> Any:
    """Returns the value at a path; `ABSENT` if there is none."""
    for key in path:
        if isinstance(values, Mapping):
            values = values.get(key, ABSENT)
        elif isinstance(values, list) and key.isdecimal() and int(key) < len(values):
            values = values[int(key)]
        else:
            return ABSENT
    return values


def written_settings(text: str, draft: RawPreset, film: Animation | None) -> WrittenSettings:
    """Returns what a text says.

    Args:
        text: The preset; has a line break.
        draft: Its settings with those of the presets it extends; empty if these cannot be read.
        film: Its film; None where it is none.
    """
    try:
        own = raw.parse(text, TEXT).values
    except PresetError:
        return WrittenSettings()
    return WrittenSettings(
        own,
        draft.values or own,
        settings_without_effect(film) if film else {},
        dict(_steps(draft.values)),
        is_readable=True,
    )


def _steps(values: Mapping[str, Any]) -> Iterator[tuple[str, SettingGroup]]:
    items = values.get("steps")
    for item in items if isinstance(items, list) else ():
        use = item.get("use") if isinstance(item, Mapping) else None
        if isinstance(use, str):
            try:
                yield use, step_group(use)
            except PluginError:
                continue  # the report of the film has it as a problem of this setting
