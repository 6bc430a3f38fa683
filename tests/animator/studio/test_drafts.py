"""The text of a film that is being written: changes, undo, and what was taken from elsewhere."""

import pytest

from animator.studio import drafts
from animator.studio.drafts import FilmDraft, Opened


def test_what_is_typed_in_one_go_is_undone_in_one_go() -> None:
    draft = FilmDraft("d", "a")
    for text in ("ab", "abc"):
        draft.change(text, typed=True)
    draft.change("form", typed=False)
    draft.change("formx", typed=True)
    undone = []
    while draft.can_undo:
        draft.undo()
        undone.append(draft.text)
    assert undone == ["form", "abc", "a"]
    draft.redo()
    assert draft.text == "abc" and draft.can_redo


def test_a_change_after_undo_ends_what_could_be_redone() -> None:
    draft = FilmDraft("d", "a")
    draft.change("b")
    draft.undo()
    draft.change("c")
    assert not draft.can_redo
    draft.undo()
    assert draft.text == "a"


def test_a_change_to_the_same_text_is_none() -> None:
    draft = FilmDraft("d", "a\r\nb")
    draft.change("a\nb")
    assert draft.version == 0 and not draft.can_undo


def test_text_that_no_file_can_hold_is_made_plain() -> None:
    draft = FilmDraft("d", "")
    draft.change("a \ud83d lake\r\nb\rc")
    assert draft.text == "a ? lake\nb\nc"


def test_an_example_is_nobodys_own_work_until_it_is_changed() -> None:
    draft = FilmDraft("d", "example")
    assert not draft.has_own_work and not draft.must_be_kept
    draft.change("mine")
    assert draft.has_own_work and draft.must_be_kept
    draft.take("other", Opened("other.yaml"))
    assert not draft.has_own_work and draft.must_be_kept
    draft.undo()
    assert draft.text == "mine" and draft.has_own_work


def test_a_draft_from_its_file_is_own_work_and_kept() -> None:
    draft = FilmDraft("d", "mine", is_kept=True)
    assert draft.has_own_work and not draft.must_be_kept


def test_long_texts_are_kept_for_undo_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MAX_UNDO_CHARACTERS", 25)
    draft = FilmDraft("d", "")
    for letter in "abcd":
        draft.change(letter * 10)
    steps = []
    while draft.can_undo:
        draft.undo()
        steps.append(draft.text[:1])
    assert steps == ["c", "b"]


def test_one_text_that_is_too_long_for_the_bound_can_still_be_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MAX_UNDO_CHARACTERS", 5)
    draft = FilmDraft("d", "a long text")
    draft.change("b")
    draft.undo()
    assert draft.text == "a long text"
