"""The settings that images and texts of others record."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from animator.errors import UserError
from animator.generation.recorded import draft_of_infotext, recorded_draft
from animator.presets.raw import MAX_BYTES


def settings_of_file(path: Path) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Returns the settings that an image or a text file records, and notes about what is not taken over.

    Raises:
        UserError: The file cannot be read, or records none.
    """
    draft, notes = recorded_draft(path)
    return draft.values, notes


def settings_of_text(text: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Returns the settings in an infotext, and notes about what is not taken over.

    Raises:
        UserError: The text is too long.
    """
    if len(text) > MAX_BYTES:
        raise UserError(f"the text has {len(text)} characters; expected at most {MAX_BYTES}")
    draft, notes = draft_of_infotext(text, "text")
    return draft.values, notes
