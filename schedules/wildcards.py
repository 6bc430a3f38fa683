"""Wildcards in prompts: `{red|blue|green} car` becomes one of three, chosen by the seed."""

import re

from schedules.seeds import derive

_INNERMOST = re.compile(r"\{([^{}]*\|[^{}]*)\}")
_MOST = 1_000


def choose(text: str, seed: int, key: int) -> str:
    """Returns `text` with every `{a|b|c}` replaced by one of its options; inner ones first.

    Args:
        text: The prompt; braces without a `|` stay as they are.
        seed: The film's seed; the same seed gives the same choices.
        key: The prompt's place among the keys, so that equal wildcards of two keys choose independently.
    """
    for turn in range(_MOST):
        found = _INNERMOST.search(text)
        if found is None:
            break
        options = found.group(1).split("|")
        option = options[derive(seed, key, f"wildcard {turn}") % len(options)]
        text = text[: found.start()] + option.strip() + text[found.end() :]
    return text
