"""Prompts as the Deforum extension 3.0 combines, expands and interpolates them, for `compat`.

Source: observed behaviour. Blanks are kept as they come out there: text encoders ignore most, comparisons do not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from schedules.evaluate import evaluate
from schedules.formula import Formula
from schedules.keys import KeyTime
from schedules.prompt_text import NEGATIVE, PromptText, prepare, reference_numbers
from schedules.scope import Scope

Keyed = Sequence[tuple[KeyTime, str]]
Blend = tuple[tuple[str, str, float], ...]


def combine(text: str, positive: str, negative: str) -> str:
    """Returns a prompt between the common positive and negative text."""
    mark = "" if NEGATIVE in text else NEGATIVE
    return f"{positive} {text} {mark} {negative.replace(NEGATIVE, '')}"


def expand(keyed: Keyed, scope: Scope) -> list[str]:
    """Returns each frame's prompt: held until the next key, the first one also before it.

    Keys outside the film count only where there is no other; then the first written does.
    """
    placed = {key.frame(scope): text for key, text in keyed}
    inside = {frame: text for frame, text in placed.items() if 0 <= frame < scope.frames}
    frames = sorted(inside)
    if not frames:
        return [next(iter(placed.values()))] * scope.frames
    held = np.maximum(np.searchsorted(frames, np.arange(scope.frames), side="right") - 1, 0)
    return [inside[frames[index]] for index in held]


def prepared(texts: Sequence[str], scope: Scope) -> list[str]:
    """Returns each frame's prompt with its maths done and its negative part set off."""
    plain = {text: prepare(text, 0, scope) for text in set(texts) if "`" not in text}
    return [plain[text] if text in plain else prepare(text, frame, scope) for frame, text in enumerate(texts)]


def series(keyed: Keyed, scope: Scope) -> list[tuple[str, Blend]]:
    """Returns each frame's composed prompt `(one):w AND (other):w --neg ...`, maths not done, and the two parts.

    In keys `max_f` is the number of frames here, not the last frame.
    """
    wide = replace(scope, frames=scope.frames + 1)
    placed = sorted({key.frame(wide): text for key, text in keyed}.items())
    first, last = placed[0], placed[-1]
    composed: list[tuple[str, Blend]] = [(first[1], ())] * min(max(first[0], 0), scope.frames)
    for (start, text), (stop, following) in zip(placed, placed[1:], strict=False):
        step = 1 / (stop - start)
        for frame in range(max(start, 0), min(stop, scope.frames)):
            weight = step * (frame - start)
            composed.append(_composed(text, following, weight) if frame > start else (text, ()))
    return composed + [(last[1], ())] * (scope.frames - len(composed))


def interpolated(keyed: Keyed, scope: Scope) -> Iterator[tuple[str, str, Blend]]:
    """Yields each frame's positive text, negative text and blend; maths done, with `max_f` the number of frames."""
    for frame, (text, blend) in enumerate(series(keyed, scope)):
        positive, negative = _split(parsed(text, frame, scope))
        parts = [(*_split(parsed(f"{a}{NEGATIVE}{b}", frame, scope)), w) for a, b, w in blend]
        yield positive, negative, tuple(parts)


def parsed(text: str, frame: int, scope: Scope) -> str:
    """Returns a prompt with its maths done; `max_f` is the number of frames."""
    if "`" not in text:
        return text
    wide = replace(scope, frames=scope.frames + 1)
    return PromptText.parse(text).render(np.array([frame]), wide, reference_numbers)[0]


def split_weighted(text: str, frame: int) -> tuple[str, str]:
    """Returns a prompt's positive and negative text as the reference's last step gives them, blanks kept.

    Maths is done with all numbers as floats and `max_f` 0; nothing between two backticks counts as 1.
    """
    scope = Scope(1, compat=True)
    filled = text.replace("``", "1")
    rendered = PromptText.parse(filled).render(np.array([frame]), scope, _float_numbers)[0]
    positive, *negatives = rendered.split(NEGATIVE)
    return positive, "".join(negatives)


def _float_numbers(formula: Formula, frames: NDArray[np.int64], scope: Scope) -> list[str]:
    return [str(value) for value in evaluate(formula, frames, scope).tolist()]


def _composed(text: str, following: str, weight: float) -> tuple[str, Blend]:
    own, other = _parts(text), _parts(following)
    weights = (1 - weight, weight)
    positive = _weighted([(part[0], w) for part, w in zip((own, other), weights, strict=True) if part[0]])
    negative = _weighted([(part[1], w) for part, w in zip((own, other), weights, strict=True) if len(part[1]) > 1])
    whole = f"{positive} {NEGATIVE} {negative}" if negative else positive
    return whole, ((*own, weights[0]), (*other, weights[1]))


def _weighted(parts: list[tuple[str, float]]) -> str:
    return " AND ".join(f" ({text}):{weight}" for text, weight in parts)


def _parts(text: str) -> tuple[str, str]:
    positive, negative, *_ = [*text.split(NEGATIVE), ""]
    return positive, negative


def _split(text: str) -> tuple[str, str]:
    positive, _, negative = text.partition(NEGATIVE)
    return positive.strip(), negative.strip()
