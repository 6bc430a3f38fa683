"""Seeds as pure functions of the base seed and the number of the drawn frame."""

import hashlib
from collections.abc import Iterable
from enum import Enum

from schedules.errors import ScheduleError

MAX_SEED = 2**32 - 1
"""Largest seed; larger ones wrap around."""


class SeedBehavior(str, Enum):
    """How the seed goes on from one drawn frame to the next."""

    ITER = "iter"
    FIXED = "fixed"
    RANDOM = "random"
    LADDER = "ladder"
    ALTERNATE = "alternate"
    SCHEDULE = "schedule"


def derive(seed: int, frame: int, stream: str) -> int:
    """Returns a number in 0..2**63-1 that belongs to this seed, frame and stream; the same one for ever.

    It is the 8 bytes, big-endian and shifted right by one bit, of BLAKE2b (digest size 8) over the UTF-8
    text `"{seed}:{frame}:{stream}"`. The only source of randomness of the project.

    Args:
        seed: The base seed.
        frame: The frame, or whatever counts the draws.
        stream: What the number is for, such as "noise"; different streams are independent.
    """
    digest = hashlib.blake2b(f"{int(seed)}:{int(frame)}:{stream}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def derive_seed(seed: int, frame: int, stream: str) -> int:
    """Returns a seed in 0..MAX_SEED that belongs to this seed, frame and stream; see `derive`."""
    return derive(seed, frame, stream) % (MAX_SEED + 1)


def seed_sequence(
    behavior: SeedBehavior | str, base: int, count: int, *, iter_n: int = 1, compat: bool = False
) -> tuple[int, ...]:
    """Returns the seeds of the first `count` drawn frames; with cadence N that is every Nth of the film.

    Args:
        behavior: `iter` counts up every `iter_n` drawn frames, `ladder` goes +2 -1, `alternate` +1 -1,
            `random` starts with the base seed and hashes the others from it; for `schedule` see `scheduled`.
        base: The first seed.
        count: How many.
        iter_n: Drawn frames per seed for `iter`.
        compat: True for the reference's `iter` N (the first seed once, then N of each) and no wrap at 2**32.

    Raises:
        ScheduleError: An unknown behavior, `schedule`, or `iter_n` 0.
    """
    steps = _steps(_behavior(behavior), base, count, iter_n, compat=compat)
    return tuple(base + step if compat else (base + step) % (MAX_SEED + 1) for step in steps)


def scheduled(values: Iterable[float], *, compat: bool = False) -> tuple[int, ...]:
    """Returns the seeds that a seed schedule's values mean: cut to whole numbers, wrapped into 0..2**32-1."""
    return tuple(int(value) if compat else int(value) % (MAX_SEED + 1) for value in values)


def _behavior(behavior: SeedBehavior | str) -> SeedBehavior:
    try:
        return SeedBehavior(behavior)
    except ValueError:
        known = ", ".join(member.value for member in SeedBehavior)
        raise ScheduleError(f"unknown seed behavior {behavior!r:.80}", hint=f"one of {known}") from None


def _steps(behavior: SeedBehavior, base: int, count: int, iter_n: int, *, compat: bool) -> list[int]:
    """Returns how far each seed lies from the base seed."""
    drawn = range(count)
    if behavior is SeedBehavior.FIXED:
        return [0] * count
    if behavior is SeedBehavior.LADDER:
        return [k // 2 + 2 * (k % 2) for k in drawn]
    if behavior is SeedBehavior.ALTERNATE:
        return [k % 2 for k in drawn]
    if behavior is SeedBehavior.RANDOM:
        return [derive_seed(base, k, "seed") - base if k else 0 for k in drawn]
    if behavior is SeedBehavior.SCHEDULE:
        message = "the seeds of `schedule` are the seed schedule's values"
        raise ScheduleError(message, hint="use seeds.scheduled")
    if iter_n == 0 or (iter_n < 0 and not compat):
        raise ScheduleError(f"seed_iter_n is {iter_n}", hint="it counts the frames per seed: 1 or more")
    # The reference advances the seed before the second frame already, whatever N is.
    return [-(-k // abs(iter_n)) if compat else k // iter_n for k in drawn]
