"""The record of how a film was made: its full preset, as every frame and video of it carries it.

A long record would be most of each frame's file. Then the run folder holds it once, and frames have its hash.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from animator._version import __version__
from animator.core.json_text import parse_json
from animator.core.read import UnreadableError, read_bytes
from animator.errors import UserError
from animator.presets.load import dump
from animator.presets.raw import MAX_RECORD_BYTES
from animator.settings import Animation

RECORDS = "records"
"""The folder, in a run folder, of long records."""
SCHEMA = "animator.film.1"
APART_SCHEMA = "animator.film.2"
"""Schema of the hash of a record that is kept in the run folder."""
MAX_BYTES_INSIDE = 8192
"""Longest compressed record that each frame carries; an ordinary film's has about 3,000 bytes."""


def film_record(animation: Animation) -> str:
    """Returns a film's full preset, as one line of ASCII."""
    return json.dumps({"schema": SCHEMA, "animator": __version__, "preset": dump(animation)})


def record_reference(record: str) -> str:
    """Returns what a frame has in place of a record that its run folder keeps."""
    return json.dumps({"schema": APART_SCHEMA, "animator": __version__, "sha256": _hash(record.encode())})


def record_name(record: str) -> str:
    """Returns the name of a record's file in the folder `RECORDS`."""
    return f"{_hash(record.encode())}.json"


def is_film_record(text: str) -> bool:
    """Returns True for a text that `film_record` made."""
    return _preset(json_object(text)) is not None


def recorded_preset(text: str, path: Path) -> str | None:
    """Returns the preset of a record, as YAML; None where the text is none.

    Args:
        text: What a file has: the record, or its hash.
        path: The file.

    Raises:
        UserError: The record is kept in the run folder, and is not there.
    """
    record = json_object(text)
    if record is None or record.get("schema") != APART_SCHEMA:
        return _preset(record)
    return _preset(json_object(_kept_record(record.get("sha256"), path)))


def json_object(text: str) -> Mapping[str, Any] | None:
    """Returns the object that a JSON text holds; None for any other text."""
    try:
        value = parse_json(text)
    except ValueError:
        return None
    return value if isinstance(value, Mapping) else None


def _preset(record: Mapping[str, Any] | None) -> str | None:
    preset = record.get("preset") if record and record.get("schema") == SCHEMA else None
    return preset if isinstance(preset, str) else None


def _kept_record(digest: object, frame: Path) -> str:
    """Returns the record of a frame from its run folder: a file whose name and hash are the frame's."""
    if not isinstance(digest, str) or len(digest) != 64 or not digest.isalnum():
        return ""
    path = frame.parent.parent / RECORDS / f"{digest}.json"
    try:
        data = read_bytes(path, MAX_RECORD_BYTES)
    except UnreadableError as error:
        raise UserError(
            f"{frame}: the record of its film is long, so only its run folder has it; {path}: {error}. Use "
            "the frame where it was written, or the film's video or preset.yaml"
        ) from error
    if _hash(data) != digest:
        raise UserError(f"{path}: was changed, so it is not the record of {frame}; use the film's video")
    return data.decode()


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()
