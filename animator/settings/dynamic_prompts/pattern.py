"""Patterns of wildcard names: `*` inside one part of a path, `**` across parts."""

import fnmatch
import re
from collections.abc import Sequence


def is_pattern(name: str) -> bool:
    """Returns True if a wildcard's name has an asterisk."""
    return "*" in name


def matches(name: str, pattern: str) -> bool:
    """Returns True if a name matches a pattern; in time proportional to the product of their lengths."""
    parts = name.split("/")
    reached = {0}
    for wanted in pattern.split("/"):
        if wanted == "**":
            reached = set(range(min(reached), len(parts) + 1)) if reached else reached
        else:
            reached = _step(parts, reached, wanted)
    return len(parts) in reached


def _step(parts: Sequence[str], reached: set[int], wanted: str) -> set[int]:
    """Returns the positions after one more part that matches `wanted`."""
    regex = re.compile(fnmatch.translate(re.sub(r"\*+", "*", wanted).replace("[", "[[]")))
    return {at + 1 for at in reached if at < len(parts) and regex.match(parts[at])}
