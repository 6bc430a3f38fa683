"""Images on their way between pages: into the uploads, which settings may name, and out of their files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from animator.core.read import UnreadableError, read_bytes
from animator.errors import UserError
from animator.generation.recorded import draft_of_infotext, recorded_draft
from animator.images.image_file import MAX_BYTES as MAX_IMAGE_BYTES
from animator.presets.raw import MAX_BYTES
from animator.server.uploads import Upload, Uploads


def as_upload(path: Path, uploads: Uploads) -> Upload:
    """Returns the upload with the content of an image's file; settings name it by the name of its path.

    Raises:
        UserError: The file cannot be read, or not be stored.
        NoRoomError: The uploads have no room for it.
    """
    try:
        data = read_bytes(path, MAX_IMAGE_BYTES)
    except UnreadableError as error:
        raise UserError(f"{path.name}: {error}; it may have been moved or deleted") from error
    try:
        with uploads.receive() as arrival:
            arrival.write(data)
            return arrival.finish(path.name)[0]
    except OSError as error:
        raise UserError(f"{path.name}: cannot be stored: {error.strerror or error}") from error


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
