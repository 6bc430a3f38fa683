"""Places of problems in the text, and the names that it may have."""

import pytest

from animator.errors import Problem
from animator.settings import Animation
from animator.studio.components.yaml_editor import Place
from animator.studio.film.places import place_of, setting_names


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("<text>:12:3", 12),
        ("<text>", None),
        ("base.yaml:12:3", None),
        ("override frames=3", None),
        ("a <text>:1:2", None),
    ],
)
def test_only_problems_of_this_text_have_a_place_in_it(where: str, line: int | None) -> None:
    place = place_of(Problem(where, "motion.zoom", "is wrong"))
    assert place == (None if line is None else Place(line, 3, "motion.zoom: is wrong"))


def test_all_settings_can_be_completed_in_their_groups() -> None:
    names = setting_names()
    assert set(names[""]) == set(Animation.model_fields)
    assert "zoom" in names["motion"] and "strength" in names["diffusion"]
