"""The header of a state file, which says where rendering resumes. Reading it loads no torch and no image."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from animator.core.json_text import parse_json
from animator.core.read import open_regular

SCHEMA = "animator.state.1"
ANCHOR_APART_SCHEMA = "animator.state.2"
"""Schema of files that name their anchor: versions that look for it in the file itself must refuse them."""
MAX_HEADER_BYTES = 1_000_000
_ANCHOR_NAME = re.compile(r"[0-9a-f]{16}")
_LENGTH_BYTES = 8
"""A safetensors file begins with the length of its header."""


@dataclass(frozen=True)
class StateHeader:
    """What a state file says of itself.

    Attributes:
        next_frame: The first frame that is not rendered yet.
        anchor_name: Where its anchor is kept, 16 hexadecimal digits; None where the file holds it, or there
            is none.
    """

    next_frame: int
    anchor_name: str | None = None

    @classmethod
    def read(cls, path: Path) -> "StateHeader":
        """Returns the header of a state file.

        Raises:
            ValueError: The file cannot be read, or its header is not that of a state of this schema.
        """
        with open_regular(path) as file:
            length = file.read(_LENGTH_BYTES)
            return cls.of(length + file.read(min(_header_size(length), MAX_HEADER_BYTES)))

    @classmethod
    def of(cls, data: bytes) -> "StateHeader":
        """Returns the header of a state.

        Args:
            data: A state file, or its beginning up to the end of the header.

        Raises:
            ValueError: The header is not that of a state of this schema.
        """
        try:
            header = parse_json(data[_LENGTH_BYTES : _LENGTH_BYTES + _header_size(data)])
            fields = parse_json(header["__metadata__"]["state"])
            schema, next_frame = fields["schema"], _frame_number(fields["next_frame"])
            anchor_name = _checked_name(fields["anchor"]) if schema == ANCHOR_APART_SCHEMA else None
        except (KeyError, ValueError, TypeError) as error:
            raise ValueError(f"not a whole state file: {error}") from error
        if schema not in (SCHEMA, ANCHOR_APART_SCHEMA):
            raise ValueError(f"has schema {schema}, expected {SCHEMA} or {ANCHOR_APART_SCHEMA}")
        return cls(next_frame, anchor_name)

    def to_text(self) -> str:
        """Returns the header as JSON."""
        if self.anchor_name is None:
            return json.dumps({"schema": SCHEMA, "next_frame": self.next_frame})
        fields = {"schema": ANCHOR_APART_SCHEMA, "next_frame": self.next_frame, "anchor": self.anchor_name}
        return json.dumps(fields)


def _header_size(data: bytes) -> int:
    return int.from_bytes(data[:_LENGTH_BYTES], "little")


def _frame_number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"next_frame is {value!r:.40}; expected a frame number, at least 0")
    return value


def _checked_name(value: Any) -> str:
    if not isinstance(value, str) or not _ANCHOR_NAME.fullmatch(value):
        raise ValueError(f"anchor is {value!r:.40}; expected 16 hexadecimal digits")
    return value
