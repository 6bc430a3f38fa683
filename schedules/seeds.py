"""Seeds as pure functions of the base seed and the number of the diffused frame."""

import hashlib
from collections.abc import Iterable
from enum import Enum

from schedules.errors import ScheduleError

MAX_SEED = 2**32 - 1
"""Largest seed; larger ones wrap around."""


class SeedBehavior(str, Enum):
    """Rule for the seeds of consecutive diffused frames."""

    ITER = "iter"
    FIXED = "fixed"
    RANDOM = "random"
    LADDER = "ladder"
    ALTERNATE = "alternate"
    SCHEDULE = "schedule"


def derive(seed: int, frame: int, stream: str) -> int:
    """Returns a random number in 0..2**63-1 for a seed, frame and stream; it never changes between versions.

    The number is the BLAKE2b hash (digest size 8) of the UTF-8 text `"{seed}:{frame}:{stream}"`, read as
    big-endian and shifted right by one bit. All randomness of the project comes from it.

    Args:
        seed: The base seed.
        frame: The frame, or another counter.
        stream: Name of the use, such as "noise"; streams are independent of each other.
    """
    digest = hashlib.blake2b(f"{int(seed)}:{int(frame)}:{stream}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def derive_seed(seed: int, frame: int, stream: str) -> int:
    """Returns a seed in 0..MAX_SEED for a seed, frame and stream; see `derive`."""
    return derive(seed, frame, stream) % (MAX_SEED + 1)


def seed_sequence(
    behavior: SeedBehavior | str, base: int, count: int, *, iter_n: int = 1, compat: bool = False
) -> tuple[int, ...]:
    """Returns the seeds of the first `count` diffused frames; with cadence N those are every N-th frame.

    Args:
        behavior: `iter` counts up every `iter_n` diffused frames, `ladder` goes +2 -1, `alternate` +1 -1,
            `random` starts with the base seed and hashes the others; for `schedule` see `seeds_of_schedule`.
        base: The first seed.
        count: Number of seeds.
        iter_n: Diffused frames per seed for `iter`.
        compat: True for Deforum's `iter` N (the first seed once, then N of each) without wrapping at 2**32.

    Raises:
        ScheduleError: The behavior is unknown or `schedule`, or `iter_n` is below 1.
    """
    steps = _steps(_behavior(behavior), base, count, iter_n, compat=compat)
    return tuple(base + step if compat else (base + step) % (MAX_SEED + 1) for step in steps)


def seeds_of_schedule(values: Iterable[float], *, compat: bool = False) -> tuple[int, ...]:
    """Returns the seeds for the values of a seed schedule: truncated to integers, wrapped into 0..2**32-1."""
    return tuple(int(value) if compat else int(value) % (MAX_SEED + 1) for value in values)


def _behavior(behavior: SeedBehavior | str) -> SeedBehavior:
    try:
        return SeedBehavior(behavior)
    except ValueError:
        known = ", ".join(member.value for member in SeedBehavior)
        raise ScheduleError(f"unknown seed behavior {behavior!r:.80}", hint=f"one of {known}") from None


def _steps(behavior: SeedBehavior, base: int, count: int, iter_n: int, *, compat: bool) -> list[int]:
    """Returns the offset of each seed from the base seed."""
    frames = range(count)
    if behavior is SeedBehavior.FIXED:
        return [0] * count
    if behavior is SeedBehavior.LADDER:
        return [k // 2 + 2 * (k % 2) for k in frames]
    if behavior is SeedBehavior.ALTERNATE:
        return [k % 2 for k in frames]
    if behavior is SeedBehavior.RANDOM:
        return [derive_seed(base, k, "seed") - base if k else 0 for k in frames]
    if behavior is SeedBehavior.SCHEDULE:
        message = "the seeds of `schedule` are the values of the seed schedule"
        raise ScheduleError(message, hint="use seeds.seeds_of_schedule")
    if iter_n == 0 or (iter_n < 0 and not compat):
        raise ScheduleError(f"seed_iter_n is {iter_n}", hint="expected 1 or more frames per seed")
    # Deforum already advances the seed before the second frame, for any N.
    return [-(-k // abs(iter_n)) if compat else k // iter_n for k in frames]
