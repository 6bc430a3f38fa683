"""`printable`: texts of files and arguments, as a terminal may show them."""

import re

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
"""Control characters except line breaks and tabs, marks that reverse the writing, surrogates."""


def printable(text: str) -> str:
    r"""Returns a text with its control characters escaped, such as `\x1b`: none acts on a terminal."""
    return _UNPRINTABLE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
