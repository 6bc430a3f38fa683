"""Mistakes that a settings file may have, and settings that a program sends may not.

A file is read as Deforum, its forks and old versions do it. Nobody looks at what a program sends, so a
mistake that would only be seen in the finished film is reported.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from animator.errors import Problem
from animator.presets.deforum.prompt_forms import keyed_prompts
from animator.presets.deforum.rows import SCHEDULE
from animator.presets.deforum.table import ALL_ROWS
from animator.presets.deforum.versions import unwrap, upgrade

_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_PROMPTS = ("prompts", "animation_prompts")


def strict_problems(settings: Mapping[str, Any], source: str, places: Mapping[str, str]) -> Iterator[Problem]:
    """Yields the mistakes in settings that could be imported.

    Args:
        settings: Settings of any version.
        source: Their name, for messages.
        places: Place of each setting, for messages.
    """
    for name, message in (
        *_prompt_mistakes(unwrap(settings)),
        *_schedule_mistakes(upgrade(settings).settings),
    ):
        yield Problem(places.get(name, source), name, message)


def _prompt_mistakes(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields prompts that are a text without frames, which a file may have."""
    for name in _PROMPTS:
        text = settings.get(name)
        if isinstance(text, str) and keyed_prompts(text, None).prompts == {"0": text}:
            yield name, f'is {text!r:.60}; expected prompts by frame, such as {{"0": "a lake at dawn"}}'


def _schedule_mistakes(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields schedules in use with a parenthesis too few or too many, which Deforum drops without a word."""
    for row in ALL_ROWS:
        value = settings.get(row.name)
        is_used = row.conversion is SCHEDULE and (row.gate is None or row.gate.is_on(settings))
        if is_used and isinstance(value, str) and not _is_balanced(value):
            yield row.name, f"is {value!r:.60}; its parentheses do not match: close each one that is opened"


def _is_balanced(text: str) -> bool:
    depth = 0
    for character in _QUOTED.sub("", text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0
