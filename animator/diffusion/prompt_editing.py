"""Prompt editing: `[one:two:0.4]` and `[one|two]` -> the prompt of every sampler step."""

import re
from dataclasses import dataclass

_WHEN = re.compile(r"\s*\d*\.?\d+\s*$")
MAX_EDITS = 100


@dataclass(frozen=True)
class _Bracket:
    """A bracket `[...]`: where it stands, and its parts between top-level `:` or `|`."""

    start: int
    stop: int
    parts: tuple[str, ...]
    separator: str


def texts_by_step(prompt: str, steps: int) -> tuple[str, ...]:
    """The prompt at each step (steps,).

    Args:
        prompt: As written; brackets without `|` or a time, such as `[word]`, are left for the emphasis.
        steps: Steps that run. A time up to 1 is a share of them, above 1 a number of steps.
    """
    if "[" not in prompt:
        return (prompt,) * steps
    return tuple(_at(prompt, step, steps) for step in range(steps))


def _at(prompt: str, step: int, steps: int) -> str:
    position = 0
    for _ in range(MAX_EDITS):
        bracket = _find(prompt, position)
        if bracket is None:
            break
        chosen = _choose(bracket, step, steps)
        if chosen is None:  # emphasis: look inside
            position = bracket.start + 1
        else:
            prompt = prompt[: bracket.start] + chosen + prompt[bracket.stop :]
            position = bracket.start
    return prompt


def _choose(bracket: _Bracket, step: int, steps: int) -> str | None:
    parts = bracket.parts
    if bracket.separator == "|":
        return parts[step % len(parts)]
    if len(parts) not in (2, 3) or not _WHEN.match(parts[-1]):
        return None
    when = float(parts[-1])
    switch = when * steps if when <= 1 and not (when == 1 and "." not in parts[-1]) else when
    before, after = ("", parts[0]) if len(parts) == 2 else (parts[0], parts[1])
    return before if step < int(switch) else after


def _find(prompt: str, position: int) -> _Bracket | None:
    """The first bracket from `position` on that closes."""
    start = _unescaped(prompt, "[", position)
    while start != -1:
        bracket = _parse(prompt, start)
        if bracket is not None:
            return bracket
        start = _unescaped(prompt, "[", start + 1)
    return None


def _parse(prompt: str, start: int) -> _Bracket | None:
    depth, cuts, index = 0, [start], start
    while index < len(prompt):
        letter = prompt[index]
        if letter == "\\":
            index += 1
        elif letter in "[(":
            depth += 1
        elif letter in "])":
            depth -= 1
            if depth == 0:
                return _split(prompt, [*cuts, index])
        elif letter in ":|" and depth == 1:
            cuts.append(index)
        index += 1
    return None


def _split(prompt: str, cuts: list[int]) -> _Bracket:
    """A bracket cut at its `|`, or, where it has none, at its `:`."""
    start, *middle, stop = cuts
    separator = "|" if any(prompt[cut] == "|" for cut in middle) else ":"
    edges = [start, *(cut for cut in middle if prompt[cut] == separator), stop]
    parts = tuple(prompt[a + 1 : b] for a, b in zip(edges, edges[1:], strict=False))
    return _Bracket(start, stop + 1, parts, separator if len(parts) > 1 else "")


def _unescaped(prompt: str, letter: str, position: int) -> int:
    found = prompt.find(letter, position)
    while found > 0 and prompt[found - 1] == "\\":
        found = prompt.find(letter, found + 1)
    return found
