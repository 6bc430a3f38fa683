"""Prompt editing: expands `[one:two:0.4]` and `[one|two]` to the prompt of every sampler step."""

import re
from dataclasses import dataclass

_WHEN = re.compile(r"\s{0,9}\d{0,9}\.?\d{1,9}\s{0,9}")
_TOKENS = re.compile(r"\\.|[\[\]():|]|[^\\\[\]():|]+|\\", re.DOTALL)
MAX_DEPTH = 20


@dataclass(frozen=True)
class Edit:
    """A bracket whose text depends on the step.

    Attributes:
        texts: The alternatives.
        when: Fraction of the steps, or step, at which the second replaces the first; None alternates.
        is_fraction: True if `when` is a fraction.
    """

    texts: tuple[tuple["str | Edit", ...], ...]
    when: float | None = None
    is_fraction: bool = False

    def at_step(self, step: int, steps: int) -> tuple["str | Edit", ...]:
        """Returns the alternative at a step."""
        if self.when is None:
            return self.texts[step % len(self.texts)]
        return self.texts[step >= int(self.when * steps if self.is_fraction else self.when)]


Text = tuple[str | Edit, ...]


class _Open:
    """A bracket being parsed: its opening token and its parts so far, split at `:` and `|`."""

    def __init__(self, opening: str) -> None:
        self.opening = opening
        self.parts: list[list[str | Edit]] = [[]]
        self.separators: list[str] = []


def texts_by_step(prompt: str, steps: int) -> tuple[str, ...]:
    """Returns the prompt of each step (steps,).

    Args:
        prompt: Prompt text; brackets without `|` or a time, such as `[word]`, are emphasis and are kept.
        steps: Number of steps that run. A time with a decimal point, up to 1, is a fraction of them.
    """
    if "[" not in prompt:
        return (prompt,) * steps
    text = _parse(prompt)
    return tuple(_render(text, step, steps) for step in range(steps))


def _render(text: Text, step: int, steps: int) -> str:
    return "".join(
        part if isinstance(part, str) else _render(part.at_step(step, steps), step, steps) for part in text
    )


def _parse(prompt: str) -> Text:
    """Parses the prompt's brackets in one pass."""
    stack = [_Open("")]
    closes = {"]": "[", ")": "("}
    for match in _TOKENS.finditer(prompt):
        token, top = match.group(0), stack[-1]
        if token in ("[", "(") and len(stack) <= MAX_DEPTH:
            stack.append(_Open(token))
        elif token in closes and top.opening == closes[token]:
            stack.pop()
            stack[-1].parts[-1] += _close(top)
        elif token in (":", "|") and top.opening == "[":
            top.separators.append(token)
            top.parts.append([])
        else:
            top.parts[-1].append(token)
    while len(stack) > 1:
        top = stack.pop()
        stack[-1].parts[-1] += [top.opening, *_join(top, [])[0]]
    return tuple(stack[0].parts[0])


def _close(bracket: _Open) -> list[str | Edit]:
    if "|" in bracket.separators:
        return [Edit(tuple(tuple(part) for part in _join(bracket, ["|"])))]
    last = "".join(part for part in bracket.parts[-1] if isinstance(part, str))
    if len(bracket.separators) in (1, 2) and bracket.opening == "[" and _WHEN.fullmatch(last):
        before = tuple(bracket.parts[0]) if len(bracket.separators) == 2 else ()
        when = float(last)
        return [Edit((before, tuple(bracket.parts[-2])), when, is_fraction="." in last and when <= 1)]
    close = {"[": "]", "(": ")"}[bracket.opening]
    return [bracket.opening, *_join(bracket, [])[0], close]


def _join(bracket: _Open, split_at: list[str]) -> list[list[str | Edit]]:
    """Returns the parts, joined again except at the separators in `split_at`."""
    joined = [list(bracket.parts[0])]
    for token, part in zip(bracket.separators, bracket.parts[1:], strict=True):
        if token in split_at:
            joined.append(list(part))
        else:
            joined[-1] += [token, *part]
    return joined
