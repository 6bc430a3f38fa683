"""JSON pointers of problems."""

import pytest

from animator.errors import Problem


@pytest.mark.parametrize(
    ("path", "pointer"),
    [("", ""), ("fps", "/fps"), ("diffusion.strength", "/diffusion/strength"), ("prompts.60", "/prompts/60")],
)
def test_the_pointer_of_a_path_has_its_keys(path: str, pointer: str) -> None:
    assert Problem("film.yaml", path, "is wrong").pointer == pointer


def test_keys_may_have_periods_slashes_and_tildes() -> None:
    problem = Problem.of("film.yaml", ("prompts", "0.5*max_f", "a/b~c"), "is wrong")
    assert problem.path == "prompts.0.5*max_f.a/b~c"
    assert problem.pointer == "/prompts/0.5*max_f/a~1b~0c"


def test_problems_are_equal_whether_or_not_their_keys_are_known() -> None:
    assert Problem("film.yaml", "a.b", "is wrong") == Problem.of("film.yaml", ("a", "b"), "is wrong")
