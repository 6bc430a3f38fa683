"""Settings that a program sends: read as those of a file, but without guesses, which nobody would check."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from animator.errors import PresetError, Problem
from animator.presets.clip import with_clip_length
from animator.presets.deforum.importing import import_settings
from animator.presets.deforum.recognize import read_settings
from animator.presets.deforum.rows import SCHEDULE
from animator.presets.deforum.settings_text import Document
from animator.presets.deforum.table import MAPPED
from animator.presets.deforum.versions import unwrap
from animator.settings.raw import RawPreset

SOURCE = "<settings>"
"""Place of problems in settings that are not from a file."""
_SCHEDULES = frozenset(row.name for row in MAPPED if row.conversion is SCHEDULE)
_PROMPTS = 'expected prompts by frame, such as {"0": "a lake at dawn", "60": "a lake at night"}'


def read_job_settings(settings: Mapping[str, Any] | str, beside: Path) -> RawPreset:
    """Converts the settings of a job to a draft of its film.

    Args:
        settings: The settings, or the JSON text of a settings file.
        beside: Folder in which a relative path of the film's clip is looked for.

    Raises:
        PresetError: They are not settings, or with every value that cannot be read, or is cut off.
    """
    text = settings if isinstance(settings, str) else json.dumps(dict(settings))
    document = read_settings(text, SOURCE)
    if problems := tuple(_problems(document)):
        raise PresetError(SOURCE, problems)
    imported = import_settings(document.values, SOURCE, document.places)
    values = with_clip_length(imported.values, beside)
    return RawPreset(SOURCE, values, imported.places, (*document.notes, *imported.notes))


def _problems(document: Document) -> Iterator[Problem]:
    """Yields what is taken in a file, because its author sees what becomes of it."""
    for name, value in unwrap(document.values).items():
        where = document.places.get(name, SOURCE)
        if not isinstance(value, str):
            continue
        if name == "prompts" and value.strip() and not _is_keyed(value):
            yield Problem(where, name, f"is {value[:60]!r}; {_PROMPTS}")
        elif name in _SCHEDULES and value.count("(") != value.count(")"):
            yield Problem(
                where, name, f"is {value[:60]!r}; expected as many closing brackets as opening ones"
            )


def _is_keyed(prompts: str) -> bool:
    """Returns True for prompts by frame, or a list of them, in one text."""
    head, colon, _ = prompts.partition(":")
    return prompts.lstrip()[:1] in ("{", "[") or bool(colon and head.strip().isdecimal())
