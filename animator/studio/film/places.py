"""Where the problems of a preset's text are, and the names of settings that it may have."""

import re
from collections.abc import Mapping

from animator.errors import Problem
from animator.presets.plain import TEXT
from animator.settings import Animation
from animator.settings.raw import group_of
from animator.studio.components.yaml_editor import Place

_PLACE = re.compile(rf"{re.escape(TEXT)}:(\d+):(\d+)")


def place_of(problem: Problem) -> Place | None:
    """Returns the place of a problem in the text; None where it is of the whole, or in another preset."""
    found = _PLACE.fullmatch(problem.where)
    return Place(int(found[1]), int(found[2]), words_of(problem)) if found else None


def words_of(problem: Problem) -> str:
    """Returns what is wrong, with the setting but without the place."""
    return f"{problem.path}: {problem.message}" if problem.path else problem.message


def setting_names() -> Mapping[str, list[str]]:
    """Returns the names of all settings by their group; those without a group, and the groups, by ""."""
    names: dict[str, list[str]] = {"": list(Animation.model_fields)}
    for name in Animation.model_fields:
        group = group_of(name)
        if group is not None:
            names[name] = list(group.model_fields)
    return names
