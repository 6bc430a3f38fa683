"""What a form makes of the text of a preset."""

from functools import partial

import pytest

from animator.errors import PresetError, UserError
from animator.studio.film.form.changes import added, changed, moved, with_items, with_step, without
from animator.studio.written import ABSENT

TWO = "steps:\n  - use: vignette  # dark corners\n    amount: 0.2\n  - use: other\nframes: 3  # short\n"


def test_a_value_is_changed_and_comments_stay() -> None:
    assert changed("frames: 3  # short\n", ("frames",), 12) == "frames: 12  # short\n"


def test_a_setting_is_taken_away_with_its_empty_group() -> None:
    assert changed("motion:\n  zoom: 1.1\nframes: 3\n", ("motion", "zoom"), ABSENT) == "frames: 3\n"


def test_a_former_name_is_replaced() -> None:
    text = changed("depth:\n  stabilise: true\n", ("depth", "stabilize"), False)
    assert "stabilise" not in text and "stabilize: false" in text


def test_an_item_of_another_preset_is_changed_in_a_copy_of_its_list() -> None:
    text = changed("extends: base.yaml\n", ("steps", "1", "at"), "after", [{"use": "a"}, {"use": "b"}])
    assert "use: a" in text and "use: b" in text and "at: after" in text


def test_an_item_of_ones_own_is_changed_where_it_is() -> None:
    assert changed(TWO, ("steps", "0", "amount"), 0.5, [{"use": "stale"}]) == TWO.replace("0.2", "0.5")


def test_another_step_does_not_keep_the_settings_of_the_last_one() -> None:
    text = with_step(TWO, ("steps", "0", "use"), "other")
    assert "amount" not in text and "# dark corners" in text and text.count("use: other") == 2


def test_items_come_go_and_move() -> None:
    items = [1, 2, 3]
    assert added(items, 4) == [1, 2, 3, 4]
    assert without(items, 1) == [1, 3]
    assert moved(items, 2, 0) == [3, 1, 2]
    assert moved(items, 0, -1) == moved(items, 3, 0) == items
    assert items == [1, 2, 3]


def test_a_list_is_begun_and_ends() -> None:
    text = with_items("frames: 3\n", "controlnet", partial(added, item={"module": "canny"}), [])
    assert "module: canny" in text
    assert "controlnet" not in with_items(text, "controlnet", partial(without, at=0), [{"module": "canny"}])


def test_a_list_is_edited_as_it_is_now_not_as_a_page_saw_it() -> None:
    text = with_items(TWO, "steps", partial(without, at=1), [{"use": "stale"}])
    assert "stale" not in text and "use: other" not in text and "use: vignette" in text


def test_the_last_item_of_another_presets_list_is_removed() -> None:
    text = with_items("extends: base.yaml\n", "steps", partial(without, at=0), [{"use": "a"}])
    assert "steps: []" in text


@pytest.mark.parametrize("text", ["motion: 3\n", "motion: &m {zoom: 1}\ncamera: *m\n"])
def test_a_place_that_cannot_be_edited_is_an_error_that_says_where(text: str) -> None:
    with pytest.raises(UserError, match=r"motion\.zoom"):
        changed(text, ("motion", "zoom"), 2)


def test_a_broken_text_is_an_error() -> None:
    with pytest.raises(PresetError):
        changed("frames: [\n", ("frames",), 2)
