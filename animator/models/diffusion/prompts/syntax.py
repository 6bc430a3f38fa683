r"""The prompt language of A1111: emphasis, escapes, BREAK, AND, prompt editing, `<lora:name:weight>`.

    (word)  ((word))  (word:1.3)    more of it: times 1.1 per bracket, or the number
    [word]                          less: divided by 1.1
    \( \) \[ \]                     the bracket itself
    one BREAK two                   two starts in a new chunk of 75 tokens
    one AND two :0.5                both drawn at once, each by its weight
    [one:two:0.4]  [one::0.4]       one until 40 % of the steps, then two (or nothing); above 1: a step
    [one|two]                       changes at every step
    <lora:file:0.8>                 adds a LoRA file with a weight

Pure text; nothing here knows a model. Brackets that do not close are taken as closed at the end.
"""

import re
from dataclasses import dataclass
from itertools import groupby

from animator.errors import ModelError

ROUND, SQUARE = 1.1, 1 / 1.1
MAX_DEPTH = 20
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_SIGNS = re.compile(rf"\\.|\(|\[|:\s*({_NUMBER})\s*\)|\)|\]|[^\\()\[\]:]+|:|\\", re.DOTALL)
_OPENING = {"(": ROUND, "[": SQUARE}
_CLOSING = {")": ROUND, "]": SQUARE}
_ESCAPED = {f"\\{sign}": sign for sign in "()[]\\:"}
_AND = re.compile(r"\bAND\b")
_TAG = re.compile(r"<(\w+):([^<>]*)>")
_BREAK = re.compile(r"\bBREAK\b")


@dataclass(frozen=True)
class Piece:
    """A stretch of text with one weight; `text` None is a BREAK."""

    text: str | None
    weight: float


@dataclass(frozen=True)
class LoraTag:
    """`<lora:name:weight>`; with two weights the first is the text encoder's, the second the U-Net's."""

    name: str
    text_weight: float
    image_weight: float


def split_loras(prompt: str) -> tuple[str, tuple[LoraTag, ...]]:
    """The prompt without its `<lora:...>` tags, and the tags.

    Raises:
        ModelError: A tag that cannot be read, or of a kind that is not supported.
    """
    tags = tuple(_lora(match) for match in _TAG.finditer(prompt))
    return _TAG.sub("", prompt) if tags else prompt, tags


def _lora(match: re.Match[str]) -> LoraTag:
    kind, (name, *weights) = match.group(1), match.group(2).split(":")
    if kind not in ("lora", "lyco"):
        raise ModelError(f"prompt: {match.group(0)}: {kind} is not supported; <lora:name:weight> is")
    try:
        numbers = [float(weight.split("=")[-1]) for weight in weights[:2]]
    except ValueError:
        raise ModelError(
            f"prompt: {match.group(0)}: the weight is no number; expected <lora:name:0.8>"
        ) from None
    if not name.strip():
        raise ModelError(f"prompt: {match.group(0)}: the name is missing; expected <lora:name:0.8>")
    first = numbers[0] if numbers else 1.0
    return LoraTag(name.strip(), first, numbers[-1] if numbers else 1.0)


def split_and(prompt: str) -> tuple[tuple[str, float], ...]:
    """The parts that `AND` joins, each with its weight (1 where none is written)."""
    parts = []
    for part in _AND.split(prompt):
        text, _, weight = part.rpartition(":")
        is_weighted = text and re.fullmatch(_NUMBER, weight.strip())
        parts.append((text.strip(), float(weight)) if is_weighted else (part.strip(), 1.0))
    return tuple(parts)


def pieces(prompt: str) -> tuple[Piece, ...]:
    """The prompt's stretches of text with their weights, BREAKs between."""
    found: list[Piece] = []
    opened: list[tuple[int, float]] = []  # where a bracket opened, and what it multiplies by
    plain: list[str] = []  # text since the last bracket

    def close(factor: float) -> None:
        start, _ = opened.pop()
        found[start:] = [Piece(piece.text, piece.weight * factor) for piece in found[start:]]

    def flush() -> None:
        found.extend(_texts("".join(plain)))
        plain.clear()

    for match in _SIGNS.finditer(prompt):
        sign = match.group(0)
        factor = _closing(sign, match.group(1), opened)
        if sign in _OPENING and len(opened) < MAX_DEPTH:
            flush()
            opened.append((len(found), _OPENING[sign]))
        elif factor is not None:
            flush()
            close(factor)
        else:
            plain.append(_ESCAPED.get(sign, sign))
    flush()
    while opened:
        close(opened[-1][1])
    return _merged(found)


def _closing(sign: str, number: str | None, opened: list[tuple[int, float]]) -> float | None:
    """What the innermost bracket multiplies by, if this sign closes it."""
    innermost = opened[-1][1] if opened else None
    if number is not None and innermost == ROUND:
        return float(number)
    return innermost if innermost is not None and _CLOSING.get(sign) == innermost else None


def _texts(text: str) -> list[Piece]:
    """A stretch of text with a BREAK piece for every BREAK in it."""
    texts: list[Piece] = []
    for index, part in enumerate(_BREAK.split(text)):
        texts += [Piece(None, 1.0)] if index else []
        texts += [Piece(part, 1.0)] if part else []
    return texts


def _merged(found: list[Piece]) -> tuple[Piece, ...]:
    """Neighbors of equal weight joined."""
    merged: list[Piece] = []
    for (is_break, weight), group in groupby(found, key=lambda piece: (piece.text is None, piece.weight)):
        texts = [piece.text or "" for piece in group]
        merged += [Piece(None, weight)] * len(texts) if is_break else [Piece("".join(texts), weight)]
    return tuple(merged)
