"""Wildcards in prompts: `{red|blue|green} car` becomes one of three, chosen by the seed."""

import re

from schedules.seeds import derive

_INNERMOST = re.compile(r"(?<!\\)\{((?:[^{}|\\]|\\.)*\|(?:[^{}\\]|\\.)*)\}", re.DOTALL)
_MAX_WILDCARDS = 5_000


def choose(text: str, seed: int, key: int) -> str:
    """Returns `text` with every `{a|b|c}` replaced by one of its options, the innermost first.

    Args:
        text: The prompt; braces without a `|`, and those after a backslash, stay as they are.
        seed: Seed of the choices.
        key: Index of the prompt among the keys, so that equal wildcards of two keys are independent.
    """
    for turn in range(_MAX_WILDCARDS):
        match = _INNERMOST.search(text)
        if match is None:
            break
        options = match.group(1).split("|")
        option = options[derive(seed, key, f"wildcard {turn}") % len(options)]
        text = text[: match.start()] + option.strip() + text[match.end() :]
    return text
