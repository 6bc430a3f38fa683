"""Converts the weighted prompts of notebooks, `a castle:2, a lake:1, fog:-1`, to `AND` and `--neg`."""

import re
from collections.abc import Mapping
from typing import Any

_PART = re.compile(
    r"((?:\\:|\([^()]*\)|(?<=\d)(?<!\d:\d\d):(?=\d)|[^:])+)"
    r":*(-?\d+(?:\.\d+)?(?![\w.])|\s{1,9}-?\d+(?:\.\d+)?(?=\s{0,9}(?:,|\Z))|`[^`]*`)?"
)
_NEGATIVE = "--neg"


def with_and(prompts: Mapping[str, str], settings: Mapping[str, Any]) -> dict[str, str]:
    """Returns the prompts by key with their weights in our form, if the file has prompt weighting.

    Args:
        prompts: Prompts by key.
        settings: The file's settings.
    """
    if settings.get("prompt_weighting") is not True:
        return dict(prompts)
    is_normalized = settings.get("normalize_prompt_weights", True) is not False
    return {key: _join(text, is_normalized=is_normalized) for key, text in prompts.items()}


def _join(prompt: str, *, is_normalized: bool) -> str:
    """Returns a prompt whose weights are those of `AND`; parts with negative weights follow `--neg`.

    Colons between digits, as in 10:30, and in round brackets are text. Weights that are math are kept as
    written.
    """
    text, mark, rest = prompt.partition(_NEGATIVE)
    parts = [
        (match[1].replace("\\:", ":").strip(" ,\n\t"), (match[2] or "1").strip())
        for match in _PART.finditer(text)
    ]
    parts = [(part, weight) for part, weight in parts if part]
    negatives = [part for part, weight in parts if weight.startswith("-")]
    positives = [(part, weight) for part, weight in parts if not weight.startswith("-")]
    if is_normalized and not any("`" in weight for _, weight in positives):
        total = sum(float(weight) for _, weight in positives) or 1.0
        positives = [(part, f"{float(weight) / total:.6g}") for part, weight in positives]
    if len(positives) == 1:
        positive = positives[0][0]
    else:
        positive = " AND ".join(f"{part} :{weight}" for part, weight in positives)
    if rest.strip():
        negatives.append(rest.strip())
    return f"{positive} {_NEGATIVE} {', '.join(negatives)}".strip() if negatives or mark else positive
