"""Prompt editing: `[one:two:0.4]` and `[one|two]` -> the prompt of every sampler step."""

import re
from dataclasses import dataclass

_WHEN = re.compile(r"\s{0,9}\d{0,9}\.?\d{1,9}\s{0,9}")
_SIGNS = re.compile(r"\\.|[\[\]():|]|[^\\\[\]():|]+|\\", re.DOTALL)
MAX_DEPTH = 20


@dataclass(frozen=True)
class Edit:
    """A bracket whose text depends on the step.

    Attributes:
        texts: Its alternatives.
        when: Share of the steps, or step, from which on the second counts; None: they take turns.
        is_share: True where `when` is a share.
    """

    texts: tuple[tuple["str | Edit", ...], ...]
    when: float | None = None
    is_share: bool = False

    def chosen(self, step: int, steps: int) -> tuple["str | Edit", ...]:
        """The alternative at a step."""
        if self.when is None:
            return self.texts[step % len(self.texts)]
        return self.texts[step >= int(self.when * steps if self.is_share else self.when)]


Text = tuple[str | Edit, ...]


class _Open:
    """A bracket that is being read: what opened it, and what it holds so far, cut at `:` and `|`."""

    def __init__(self, sign: str) -> None:
        self.sign = sign
        self.parts: list[list[str | Edit]] = [[]]
        self.cuts: list[str] = []


def texts_by_step(prompt: str, steps: int) -> tuple[str, ...]:
    """The prompt at each step (steps,).

    Args:
        prompt: As written; brackets without `|` or a time, such as `[word]`, are left for the emphasis.
        steps: Steps that run. A time with a point, up to 1, is a share of them; else it is a step.
    """
    if "[" not in prompt:
        return (prompt,) * steps
    text = _parsed(prompt)
    return tuple(_rendered(text, step, steps) for step in range(steps))


def _rendered(text: Text, step: int, steps: int) -> str:
    return "".join(
        part if isinstance(part, str) else _rendered(part.chosen(step, steps), step, steps) for part in text
    )


def _parsed(prompt: str) -> Text:
    """The prompt with its brackets read, in one pass."""
    opened = [_Open("")]
    closes = {"]": "[", ")": "("}
    for match in _SIGNS.finditer(prompt):
        sign, top = match.group(0), opened[-1]
        if sign in ("[", "(") and len(opened) <= MAX_DEPTH:
            opened.append(_Open(sign))
        elif sign in closes and top.sign == closes[sign]:
            opened.pop()
            opened[-1].parts[-1] += _closed(top)
        elif sign in (":", "|") and top.sign == "[":
            top.cuts.append(sign)
            top.parts.append([])
        else:
            top.parts[-1].append(sign)
    while len(opened) > 1:
        top = opened.pop()
        opened[-1].parts[-1] += [top.sign, *_joined(top, [])[0]]
    return tuple(opened[0].parts[0])


def _closed(bracket: _Open) -> list[str | Edit]:
    if "|" in bracket.cuts:
        return [Edit(tuple(tuple(part) for part in _joined(bracket, ["|"])))]
    last = "".join(part for part in bracket.parts[-1] if isinstance(part, str))
    if len(bracket.cuts) in (1, 2) and bracket.sign == "[" and _WHEN.fullmatch(last):
        before = tuple(bracket.parts[0]) if len(bracket.cuts) == 2 else ()
        when = float(last)
        return [Edit((before, tuple(bracket.parts[-2])), when, is_share="." in last and when <= 1)]
    close = {"[": "]", "(": ")"}[bracket.sign]
    return [bracket.sign, *_joined(bracket, [])[0], close]


def _joined(bracket: _Open, cut_at: list[str]) -> list[list[str | Edit]]:
    """The parts, put together again except at the signs to cut at."""
    joined = [list(bracket.parts[0])]
    for sign, part in zip(bracket.cuts, bracket.parts[1:], strict=True):
        if sign in cut_at:
            joined.append(list(part))
        else:
            joined[-1] += [sign, *part]
    return joined
