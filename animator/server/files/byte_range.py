"""The `Range` header of a request (RFC 9110, section 14)."""

import re

_RANGE = re.compile(r"bytes=\s*([0-9]{0,30})-([0-9]{0,30})\s*", re.IGNORECASE)


class UnsatisfiableRangeError(ValueError):
    """A range of which a file has nothing."""


def parse_range(header: str, size: int) -> range | None:
    """Returns the bytes that a client asks for.

    Args:
        header: The header; several ranges, other units and mistakes count as no range, as a server may.
        size: Size of the file in bytes.

    Returns:
        The positions of the bytes; None for the whole file.

    Raises:
        UnsatisfiableRangeError: The file has none of these bytes.
    """
    match = _RANGE.fullmatch(header.strip())
    first, last = match.groups() if match else ("", "")
    if not first and not last:
        return None
    if not first:
        asked = range(max(0, size - int(last)), size)
    elif last and int(last) < int(first):
        return None
    else:
        asked = range(int(first), min(int(last) + 1, size) if last else size)
    if not asked:
        raise UnsatisfiableRangeError
    return asked
