"""The header of a state file, which says where rendering resumes. Reading it loads no torch and no image."""

from pathlib import Path
from typing import Any

from animator.core.json_text import parse_json
from animator.core.read import open_regular

SCHEMA = "animator.state.1"
MAX_HEADER_BYTES = 1_000_000
_LENGTH_BYTES = 8
"""A safetensors file begins with the length of its header."""


def read_next_frame(path: Path) -> int:
    """Returns the first frame that is not rendered yet, from the header of a state file.

    Raises:
        ValueError: The file cannot be read, or its header is not that of a state of this schema.
    """
    with open_regular(path) as file:
        length = file.read(_LENGTH_BYTES)
        return next_frame_of(length + file.read(min(_header_size(length), MAX_HEADER_BYTES)))


def next_frame_of(data: bytes) -> int:
    """Returns the first frame that is not rendered yet.

    Args:
        data: A state file, or its beginning up to the end of the header.

    Raises:
        ValueError: The header is not that of a state of this schema.
    """
    try:
        header = parse_json(data[_LENGTH_BYTES : _LENGTH_BYTES + _header_size(data)])
        fields = parse_json(header["__metadata__"]["state"])
        schema, next_frame = fields["schema"], _frame_number(fields["next_frame"])
    except (KeyError, ValueError, TypeError) as error:
        raise ValueError(f"not a whole state file: {error}") from error
    if schema != SCHEMA:
        raise ValueError(f"has schema {schema}, expected {SCHEMA}")
    return next_frame


def _header_size(data: bytes) -> int:
    return int.from_bytes(data[:_LENGTH_BYTES], "little")


def _frame_number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"next_frame is {value!r:.40}; expected a frame number, at least 0")
    return value
