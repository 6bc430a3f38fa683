"""Names of films and their folders from a `batch_name`, which is anybody's text."""

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from animator.settings.choices import MAX_NAME_BYTES

_MAX_LENGTH = 100
_UNSAFE = re.compile(r"[\\/:*?\"<>|\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
"""What some file system does not take, and what changes how a terminal shows a name."""
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows does not give to files."""


def film_name(template: str, settings: Mapping[str, Any], timestring: str = "") -> str:
    """Returns a name for files and folders: a `batch_name` with its placeholders filled in, made safe.

    Args:
        template: The `batch_name`; of a path, its last part counts.
        settings: Deforum's settings, whose names are placeholders, such as `{seed}`.
        timestring: What stands for `{timestring}`; a name that ends with it does so however long it is. Empty
            for a run, which has a time stamp of its own.
    """
    values = {**settings, "timestring": timestring}

    def fill(match: re.Match[str]) -> str:
        value = values.get(match[1].strip(), match[0])
        return "" if value is None else str(value)

    text = re.sub(r"\{([^{}]*)\}", fill, PurePath(template.replace("\\", "/")).name)
    name = _shorten(_UNSAFE.sub("_", text).strip(" ._"), timestring).strip(" ._") or "untitled"
    return f"_{name}" if _DEVICES.fullmatch(name) else name


def _shorten(name: str, end: str) -> str:
    """Returns a name cut to a length that every file system takes, but not at its end if that is `end`."""
    tail = end if name.endswith(end) else ""
    head = name.removesuffix(tail)[: _MAX_LENGTH - len(tail)].encode(errors="ignore")
    return head[: MAX_NAME_BYTES - len(tail)].decode(errors="ignore") + tail
