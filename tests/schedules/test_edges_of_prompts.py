"""Formulas in prompts at the edges of numbers, in Deforum's reading."""

import pytest

from schedules import Prompts, Scope


@pytest.mark.parametrize(
    ("formula", "shown"),
    [("-True", "-1"), ("True+True", "2"), ("-(t>5)", "0"), ("(t<5)*3", "3"), ("not (t>5)", "True")],
)
def test_truth_values_count_as_numbers(formula: str, shown: str) -> None:
    (frame,) = Prompts.parse(f"a `{formula}`").at(Scope(1, compat=True))
    assert frame.positive == f"a {shown}"


@pytest.mark.parametrize("compat", [True, False])
@pytest.mark.parametrize("seed", [2**63 - 1, 2**63, 2**64 - 1])
def test_the_largest_seeds_have_a_value_in_prompts(seed: int, compat: bool) -> None:
    (frame,) = Prompts.parse("a `s`").at(Scope(1, seed=seed, compat=compat))
    assert float(frame.positive.removeprefix("a ")) == pytest.approx(float(seed), rel=1e-5)
