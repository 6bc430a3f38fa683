"""`setting_in`: one setting of plain values, for what has to know it before all of them are validated."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import TypeAdapter

from animator.settings.group import SettingsGroup


def setting_in(values: Mapping[str, Any], group: type[SettingsGroup], name: str) -> Any:
    """Returns a setting, or its default where the values do not have it.

    Args:
        values: The plain values of a group.
        group: The group.
        name: The setting.

    Raises:
        ValidationError: It is wrong.
    """
    return _adapter(group, name).validate_python(values.get(name, group.model_fields[name].default))


@cache
def _adapter(group: type[SettingsGroup], name: str) -> TypeAdapter[Any]:
    field = group.model_fields[name]
    annotation: Any = Annotated[field.annotation, field]
    return TypeAdapter(annotation)
