"""Ordered picks of some of N options, counted and numbered."""

import math


def count_picks(options: int, low: int, high: int) -> int:
    """Returns the number of ordered picks of `low` to `high` of a number of options."""
    return sum(math.perm(options, number) for number in range(low, high + 1))


def pick_at(index: int, options: int, low: int, high: int) -> list[int]:
    """Returns one ordered pick: smaller ones first, each in the order of the options; indices wrap.

    Args:
        index: Number of the pick, at least 0.
        options: Number of options.
        low: Fewest options of a pick.
        high: Most options of a pick.
    """
    index %= max(count_picks(options, low, high), 1)
    size = low
    while size < high and index >= math.perm(options, size):
        index -= math.perm(options, size)
        size += 1
    left = list(range(options))
    picks: list[int] = []
    for position in range(size):
        rest = math.perm(options - position - 1, size - position - 1)
        at, index = divmod(index, rest)
        picks.append(left.pop(at))
    return picks
