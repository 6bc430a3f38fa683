r"""A1111's prompt syntax: emphasis, escapes, BREAK, AND, prompt editing, `<lora:...>`, `<hypernet:...>`.

    (word)  ((word))  (word:1.3)    more attention: times 1.1 per bracket, or the number
    [word]                          less attention: divided by 1.1
    \( \) \[ \] \{ \} \| \$ \_      the character itself
    one BREAK two                   two starts a new chunk of 75 tokens
    one AND two :0.5                both guide the image, each by its weight
    [one:two:0.4]  [one::0.4]       one until 40 % of the steps, then two (or nothing); above 1: the step
    [one|two]                       alternates at every step
    <lora:file:0.8>                 adds a LoRA file with a weight
    <lora:file:te=0.5:unet=1>       the same with weights of its own for text encoder and U-Net
    <hypernet:file:0.8>             adds a hypernetwork with a strength

This module handles text only and knows no model. Unclosed brackets end at the end of the prompt.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from animator.errors import ModelError
from schedules import PromptFrame

ROUND, SQUARE = 1.1, 1 / 1.1
MAX_DEPTH = 20
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_TOKENS = re.compile(rf"\\.|\(|\[|:\s*({_NUMBER})\s*\)|\)|\]|[^\\()\[\]:]+|:|\\", re.DOTALL)
_OPENING = {"(": ROUND, "[": SQUARE}
_CLOSING = {")": ROUND, "]": SQUARE}
_ESCAPED = {f"\\{token}": token for token in "()[]\\:{}|$_"}
_AND = re.compile(r"\bAND\b")
_TAG = re.compile(r"<(\w+):([^<>]*)>")
_BREAK = re.compile(r"\bBREAK\b")
_WEIGHTS = ("te", "unet")
"""Weights of a LoRA tag, by position or by name."""
_HYPERNET = "hypernet"
_EXPECTED = "expected <lora:name:0.8>, <lora:name:0.5:1> or <lora:name:te=0.5:unet=1>"


@dataclass(frozen=True)
class Piece:
    """A piece of text with one weight; a `text` of None is a BREAK."""

    text: str | None
    weight: float


@dataclass(frozen=True)
class LoraTag:
    """`<lora:name:weight>`; of two weights without names, the first is the text encoder's."""

    name: str
    text_weight: float
    image_weight: float


@dataclass(frozen=True)
class HypernetTag:
    """`<hypernet:name:strength>`."""

    name: str
    strength: float


def prompt_parts(prompt: PromptFrame) -> Sequence[tuple[str, str, float]]:
    """Returns the prompts of a frame (positive, negative, weight): one, or two while it morphs."""
    return prompt.blend or ((prompt.positive, prompt.negative, 1.0),)


def split_loras(prompt: str) -> tuple[str, tuple[LoraTag, ...]]:
    """Returns the prompt without its tags, and its `<lora:...>` tags.

    Raises:
        ModelError: A tag is malformed or of an unsupported kind.
    """
    matches = list(_TAG.finditer(prompt))
    tags = tuple(_lora(match) for match in matches if match.group(1).lower() != _HYPERNET)
    return _TAG.sub("", prompt) if matches else prompt, tags


def hypernet_tags(prompt: str) -> tuple[HypernetTag, ...]:
    """Returns the `<hypernet:...>` tags of a prompt.

    Raises:
        ModelError: One is malformed.
    """
    return tuple(_hypernet(match) for match in _TAG.finditer(prompt) if match.group(1).lower() == _HYPERNET)


def _hypernet(match: re.Match[str]) -> HypernetTag:
    """Reads a tag; without a strength it is 1, as in A1111."""
    name, *strengths = match.group(2).split(":")
    if not name.strip() or len(strengths) > 1:
        raise _tag_error(match, "expected <hypernet:name> or <hypernet:name:0.8>")
    if strengths and not re.fullmatch(_NUMBER, strengths[0].strip()):
        raise _tag_error(match, "the strength is not a number; expected <hypernet:name:0.8>")
    return HypernetTag(name.strip(), float(strengths[0]) if strengths else 1.0)


def _lora(match: re.Match[str]) -> LoraTag:
    """Reads a tag; without its own weight the U-Net has the text encoder's, as in A1111."""
    kind, (name, *weights) = match.group(1), match.group(2).split(":")
    if kind.lower() not in ("lora", "lyco"):
        raise _tag_error(
            match, f"{kind} is not supported; <lora:name:weight> and <hypernet:name:strength> are"
        )
    if not name.strip():
        raise _tag_error(match, f"the name is missing; {_EXPECTED}")
    positions = iter(_WEIGHTS)
    numbers: dict[str, float] = {}
    for weight in weights:
        label, equals, number = weight.rpartition("=")
        key = label.strip().lower() if equals else next(positions, "")
        if not equals and not key:
            raise _tag_error(match, f"has {len(weights)} weights; {_EXPECTED}")
        if key not in _WEIGHTS:
            raise _tag_error(match, f"{label.strip() or weight} is not the name of a weight; {_EXPECTED}")
        if key in numbers:
            raise _tag_error(match, f"the weight {key} is given twice; {_EXPECTED}")
        if not re.fullmatch(_NUMBER, number.strip()):
            raise _tag_error(match, f"the weight is not a number; {_EXPECTED}")
        numbers[key] = float(number)
    text_weight = numbers.get("te", 1.0)
    return LoraTag(name.strip(), text_weight, numbers.get("unet", text_weight))


def _tag_error(match: re.Match[str], message: str) -> ModelError:
    return ModelError(f"prompt: {match.group(0)}: {message}")


def split_and(prompt: str) -> tuple[tuple[str, float], ...]:
    """Returns the parts that `AND` joins, each with its weight (1 by default).

    A number at the end of a prompt without `AND` is text, such as in `at 10:30`.
    """
    texts = _AND.split(prompt)
    if len(texts) == 1:
        return ((prompt.strip(), 1.0),)
    parts = []
    for part in texts:
        text, _, weight = part.rpartition(":")
        is_weighted = text and re.fullmatch(_NUMBER, weight.strip())
        parts.append((text.strip(), float(weight)) if is_weighted else (part.strip(), 1.0))
    return tuple(parts)


def pieces(prompt: str) -> tuple[Piece, ...]:
    """Returns the prompt's pieces of text with their weights, and BREAKs between them."""
    result: list[Piece] = []
    stack: list[tuple[int, float]] = []  # position in `result` and factor of each open bracket
    plain: list[str] = []  # text since the last bracket

    def close(factor: float) -> None:
        start, _ = stack.pop()
        result[start:] = [Piece(piece.text, piece.weight * factor) for piece in result[start:]]

    def flush() -> None:
        result.extend(_split_breaks("".join(plain)))
        plain.clear()

    for match in _TOKENS.finditer(prompt):
        token = match.group(0)
        factor = _closing_factor(token, match.group(1), stack)
        if token in _OPENING and len(stack) < MAX_DEPTH:
            flush()
            stack.append((len(result), _OPENING[token]))
        elif factor is not None:
            flush()
            close(factor)
        else:
            plain.append(_ESCAPED.get(token, token))
    flush()
    while stack:
        close(stack[-1][1])
    return _merge(result)


def _closing_factor(token: str, number: str | None, stack: list[tuple[int, float]]) -> float | None:
    """Returns the factor of the innermost bracket if this token closes it, else None."""
    innermost = stack[-1][1] if stack else None
    if number is not None and innermost == ROUND:
        return float(number)
    return innermost if innermost is not None and _CLOSING.get(token) == innermost else None


def _split_breaks(text: str) -> list[Piece]:
    """Returns a text split at its BREAKs, with a BREAK piece for each."""
    texts: list[Piece] = []
    for index, part in enumerate(_BREAK.split(text)):
        texts += [Piece(None, 1.0)] if index else []
        texts += [Piece(part, 1.0)] if part else []
    return texts


def _merge(parts: list[Piece]) -> tuple[Piece, ...]:
    """Returns the pieces with neighbors of equal weight joined."""
    merged: list[Piece] = []
    for (is_break, weight), group in groupby(parts, key=lambda piece: (piece.text is None, piece.weight)):
        texts = [piece.text or "" for piece in group]
        merged += [Piece(None, weight)] * len(texts) if is_break else [Piece("".join(texts), weight)]
    return tuple(merged)
