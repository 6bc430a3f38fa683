"""The settings of images as data, for forms: see `animator.settings.catalog`."""

import inspect
from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel

from animator.generation.other_words import group_in
from animator.generation.settings import ImageSettings
from animator.settings.catalog import SettingGroup, settings_in


def image_groups() -> Mapping[str, SettingGroup]:
    """Returns the groups of an image's settings by name; those without a group have the empty name."""
    return groups_of(ImageSettings)


@cache
def groups_of(schema: type[BaseModel]) -> Mapping[str, SettingGroup]:
    """Returns the groups of a schema's settings by name; those without a group have the empty name."""
    groups = {name: kind for name, kind in _classes(schema).items() if kind}
    plain = tuple(one for one in settings_in(schema, "") if one.name not in groups)
    return {
        "": SettingGroup(name="", description="", is_list=False, settings=plain),
        **{
            name: SettingGroup(
                name=name,
                description=inspect.getdoc(kind) or "",
                is_list=isinstance(schema.model_fields[name].default, tuple),
                settings=settings_in(kind, name),
            )
            for name, kind in groups.items()
        },
    }


def _classes(schema: type[BaseModel]) -> dict[str, type[BaseModel] | None]:
    return {name: group_in(field.annotation) for name, field in schema.model_fields.items()}
