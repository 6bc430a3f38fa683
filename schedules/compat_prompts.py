"""Combines, expands and interpolates prompts like the Deforum extension 3.0, for `compat`.

Source: observed behavior. Spaces are reproduced exactly: text encoders ignore most, comparisons do not.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schedules.evaluate import evaluate_whole
from schedules.expression import VARIABLES
from schedules.formula import Formula
from schedules.keys import KeyTime
from schedules.prompt_text import NEGATIVE, PromptText
from schedules.scope import Scope, Signal

_MATHS_IN_LINE = re.compile(r"`([^`\n]*)`")

Frames = NDArray[np.int64]
Keyed = Sequence[tuple[KeyTime, str]]
Render = Callable[[str, Frames], list[str]]
Blend = tuple[tuple[str, str, float], ...]


def combine(text: str, positive: str, negative: str) -> str:
    """Returns a prompt between the common positive and negative text."""
    mark = "" if NEGATIVE in text else NEGATIVE
    return f"{positive} {text} {mark} {negative.replace(NEGATIVE, '')}"


def expand(keyed: Keyed, scope: Scope) -> list[str]:
    """Returns the prompt of each frame: a key holds until the next one, the first key also before itself.

    Keys outside the film are ignored unless there are no others; then the first one in the text applies.
    """
    by_frame = {key.frame(scope): text for key, text in keyed}
    inside = {frame: text for frame, text in by_frame.items() if 0 <= frame < scope.frames}
    frames = sorted(inside)
    if not frames:
        return [next(iter(by_frame.values()))] * scope.frames
    indices = np.maximum(np.searchsorted(frames, np.arange(scope.frames), side="right") - 1, 0)
    return [inside[frames[index]] for index in indices]


def prepare_all(texts: Sequence[str], scope: Scope) -> list[str]:
    """Returns the prompt of each frame with its math evaluated and its negative part separated."""
    result: list[str] = []
    for text, run in groupby(texts):
        result += prepare(text, len(result) + np.arange(len(list(run))), scope)
    return result


def prepare(text: str, frames: Frames, scope: Scope) -> list[str]:
    """Returns a prompt at `frames` as `positive--neg negative`, with its math evaluated.

    The space before `--neg` is removed, several negative parts are concatenated.
    """
    rendered = render(text, frames, scope)
    by_text = {whole: _split_off_negative(whole) for whole in set(rendered)}
    return [by_text[whole] for whole in rendered]


def _split_off_negative(text: str) -> str:
    positive, *negatives = text.strip().split(NEGATIVE)
    negative = "".join(negatives).strip()
    return f"{positive.strip()}{NEGATIVE} {negative}" if negative else positive.strip()


def render(text: str, frames: Frames, scope: Scope) -> list[str]:
    """Returns a prompt at `frames` with its math evaluated; math does not extend over a line break."""
    if "`" not in text:
        return [text] * len(frames)
    prompt = PromptText.parse(text, math=_MATHS_IN_LINE, names=VARIABLES | scope.names)
    return prompt.render(frames, scope, _whole_numbers)


def _whole_numbers(formula: Formula, frames: Frames, scope: Scope) -> list[str]:
    """Returns a formula's values in Deforum's format: integers as integers, others with all digits."""
    return [str(value) for value in evaluate_whole(formula, frames, scope)]


def series(keyed: Keyed, scope: Scope, text_at: Render) -> list[tuple[str, Blend]]:
    """Returns the composed prompt `(one):w AND (other):w --neg ...` of each frame and its two weighted parts.

    Args:
        keyed: The prompts; in their keys `max_f` is the number of frames here, not the last frame.
        scope: The film.
        text_at: Returns a key's text at some frames, such as with its math evaluated.
    """
    wide = interpolation_scope(scope)
    by_frame = sorted({key.frame(wide): text for key, text in keyed}.items())
    composed: list[tuple[str, Blend]] = []
    _append(composed, by_frame[0][1], min(by_frame[0][0], scope.frames), text_at)
    for (start, text), (stop, following) in pairwise(by_frame):
        frames = np.arange(max(start, 0), min(stop, scope.frames))
        if len(frames):
            pairs = zip(text_at(text, frames), text_at(following, frames), frames.tolist(), strict=True)
            step = 1 / (stop - start)
            composed += [_compose(own, other, step * (frame - start)) for own, other, frame in pairs]
    _append(composed, by_frame[-1][1], scope.frames, text_at)
    return composed


def interpolation_scope(scope: Scope) -> Scope:
    """Returns the scope of Interpolation mode, in which `max_f` is the number of frames.

    On the frame that the film does not have, signals have their last value.
    """
    signals = {name: _Longer(signal) for name, signal in scope.signals.items()}
    return replace(scope, frames=scope.frames + 1, signals=signals)


@dataclass(frozen=True, eq=False)
class _Longer:
    """A signal with one frame more, on which it keeps its last value."""

    signal: Signal

    def __len__(self) -> int:
        return len(self.signal) + 1

    def __getitem__(self, frames: Any) -> Any:
        return self.signal[np.minimum(frames, len(self.signal) - 1)]


def _append(composed: list[tuple[str, Blend]], text: str, until: int, text_at: Render) -> None:
    frames = np.arange(len(composed), until)
    composed += [(whole, ()) for whole in (text_at(text, frames) if len(frames) else [])]


def _compose(text: str, following: str, weight: float) -> tuple[str, Blend]:
    if weight == 0:
        return text, ()
    parts = [(*_parts(text), 1 - weight), (*_parts(following), weight)]
    positive = " AND ".join(f" ({p}):{w}" for p, _, w in parts if p)
    negative = " AND ".join(f" ({n}):{w}" for _, n, w in parts if len(n) > 1)
    whole = f"{positive} {NEGATIVE} {negative}" if negative else positive
    return whole, tuple((p.strip(), n.strip(), w) for p, n, w in parts)


def _parts(text: str) -> tuple[str, str]:
    positive, negative, *_ = [*text.split(NEGATIVE), ""]
    return positive, negative
