"""Seeds: pure functions of the base seed and the count."""

import pytest

from schedules import ScheduleError, SeedBehavior, seeds
from schedules.seeds import derive, seed_sequence, seeds_of_schedule


@pytest.mark.parametrize(
    ("behavior", "iter_n", "expected"),
    [
        ("iter", 1, (100, 101, 102, 103, 104, 105)),
        ("iter", 3, (100, 100, 100, 101, 101, 101)),
        ("fixed", 1, (100,) * 6),
        ("ladder", 1, (100, 102, 101, 103, 102, 104)),
        ("alternate", 1, (100, 101, 100, 101, 100, 101)),
    ],
)
def test_a_behavior_counts_on(behavior: str, iter_n: int, expected: tuple[int, ...]) -> None:
    assert seed_sequence(behavior, 100, 6, iter_n=iter_n) == expected
    assert seed_sequence(SeedBehavior(behavior), 100, 3, iter_n=iter_n) == expected[:3]


def test_compat_uses_the_first_seed_once() -> None:
    assert seed_sequence("iter", 100, 7, iter_n=3, compat=True) == (100, 101, 101, 101, 102, 102, 102)


def test_seeds_wrap_outside_compat() -> None:
    assert seed_sequence("iter", 2**32 - 1, 3) == (2**32 - 1, 0, 1)
    assert seed_sequence("iter", 2**32 - 1, 3, compat=True) == (2**32 - 1, 2**32, 2**32 + 1)
    assert seeds_of_schedule([-1.5, 3.9, 2.0**32 + 5]) == (2**32 - 1, 3, 5)
    assert seeds_of_schedule([-1.5], compat=True) == (-1,)


def test_random_seeds_start_with_the_base_and_are_repeatable() -> None:
    first = seed_sequence("random", 42, 50)
    assert first[0] == 42
    assert first == seed_sequence("random", 42, 50)
    assert first[:20] == seed_sequence("random", 42, 20)
    assert len(set(first)) == 50
    assert all(0 <= seed < 2**32 for seed in first)
    assert first[1:] != seed_sequence("random", 43, 50)[1:]


def test_derived_numbers_never_change() -> None:
    assert derive(42, 7, "noise") == DERIVED
    assert 0 <= derive(2**70, -5, "") < 2**63


DERIVED = 118631107084200663


def test_derived_numbers_differ_by_each_argument() -> None:
    numbers = {derive(seed, frame, stream) for seed in range(9) for frame in range(9) for stream in "abc"}
    assert len(numbers) == 9 * 9 * 3
    assert derive(1, 12, "x") != derive(11, 2, "x")


@pytest.mark.parametrize(
    ("behavior", "iter_n", "fragment"),
    [
        ("schedule", 1, "seeds.seeds_of_schedule"),
        ("iters", 1, "one of iter, fixed"),
        ("iter", 0, "1 or more"),
        ("iter", -2, "1 or"),
    ],
)
def test_an_invalid_behavior_is_rejected(behavior: str, iter_n: int, fragment: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        seeds.seed_sequence(behavior, 0, 3, iter_n=iter_n)
    assert fragment in str(caught.value)
