"""Suggestions for misspelled names."""

from schedules.suggest import nearest, suggestion

NAMES = ("Euler a", "Heun", "LCM")


def test_the_nearest_name_is_suggested_whatever_its_case() -> None:
    assert nearest("EULER", NAMES) == "Euler a"
    assert suggestion("huen", NAMES) == "did you mean `Heun`?"


def test_a_name_unlike_all_others_gets_no_suggestion() -> None:
    assert nearest("zoom", NAMES) is None
    assert suggestion("zoom", NAMES) == ""


def test_a_name_is_suggested_in_the_form_it_is_written_in() -> None:
    assert suggestion("color", ["color"], form="__{}__") == "did you mean `__color__`?"


def test_a_higher_cutoff_asks_for_more_likeness() -> None:
    assert nearest("Hen", NAMES) == "Heun"
    assert nearest("Hen", NAMES, cutoff=0.9) is None


def test_names_of_absurd_length_are_compared_quickly() -> None:
    assert nearest("LCM" * 100_000, NAMES) is None
