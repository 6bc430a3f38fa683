"""The folder of the films that are being written."""

import gc
import os
import threading
from pathlib import Path

import pytest

from animator.errors import UserError
from animator.studio import draft_folder
from animator.studio.draft_folder import Drafts


def test_a_draft_is_found_after_a_restart(tmp_path: Path) -> None:
    draft = Drafts(tmp_path / "drafts").new("name: 호수 🌊\n")
    Drafts(tmp_path / "drafts").save(draft)
    found = Drafts(tmp_path / "drafts").find(draft.id)
    assert found is not None and found.text == "name: 호수 🌊\n" and found.id == draft.id


def test_pages_share_a_draft_as_long_as_one_has_it(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    draft = drafts.new("a: 1\n")
    for _ in range(draft_folder._RECENT + 1):  # forgets it, but this test still has it
        drafts.new("")
    gc.collect()
    assert drafts.find(draft.id) is draft


def test_what_can_be_undone_of_films_that_no_page_shows_takes_little_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_folder, "_RECENT_CHARACTERS", 100)
    drafts = Drafts(tmp_path)
    ids = []
    for name in ("a", "b", "c"):
        draft = drafts.new(f"name: {name}\n")
        draft.change(f"{draft.text}#{'-' * 30}\n")
        drafts.save(draft)
        ids.append(draft.id)
        drafts.find(ids[0])
    del draft
    gc.collect()
    first, last, between = (drafts.find(ids[index]) for index in (0, 2, 1))
    assert first and first.can_undo  # it was asked for all the time
    assert last and last.can_undo
    assert between and between.text.startswith("name: b") and not between.can_undo


@pytest.mark.parametrize(
    "name", ["../secret", "", "20261130-174512-3fa9c1d2/..", "a" * 5000, "20261130-174512-3fa9c1d2"]
)
def test_other_names_lead_to_nothing(tmp_path: Path, name: str) -> None:
    assert Drafts(tmp_path).find(name) is None


def test_a_damaged_file_is_no_draft(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    (tmp_path / "20261130-174512-3fa9c1d2.yaml").write_bytes(b"\xff\xfe\x00")
    assert drafts.find("20261130-174512-3fa9c1d2") is None


def test_a_draft_that_cannot_be_written_says_where_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "drafts").write_text("a file in the way")
    drafts = Drafts(tmp_path / "drafts")
    draft = drafts.new("a: 1\n")
    with pytest.raises(UserError, match=r"drafts.*cannot be kept.*download it"):
        drafts.save(draft)


def test_a_full_folder_takes_no_more_and_keeps_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_folder, "MAX_DRAFTS", 2)
    drafts = Drafts(tmp_path)
    kept = [drafts.new(f"name: {number}\n") for number in range(3)]
    drafts.save(kept[0])
    drafts.save(kept[1])
    with pytest.raises(UserError, match="has 2 films, so this one is not kept; delete some of them"):
        drafts.save(kept[2])
    kept[0].change("name: new\n")
    drafts.save(kept[0])
    assert sorted(file.name for file in drafts.files()) == ["1", "new"]


def test_a_slow_disk_never_puts_an_old_text_over_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = Drafts(tmp_path)
    draft = drafts.new("name: old\n")
    late = threading.Thread(target=drafts.save, args=(draft,))
    written: list[bytes] = []

    def write(path: Path, data: bytes) -> None:
        if not late.ident:
            draft.change("name: new\n")
            late.start()
            late.join(0.2)  # it has to wait for this one
        written.append(data)

    monkeypatch.setattr(draft_folder, "atomic_write", write)
    drafts.save(draft)
    late.join()
    assert written == [b"name: old\n", b"name: new\n"]
    assert draft.kept == draft.version


def test_a_deleted_draft_is_not_kept_by_a_save_that_comes_late(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    draft = drafts.new("a: 1\n")
    drafts.save(draft)
    drafts.delete(draft)
    drafts.save(draft)
    assert drafts.files() == []
    draft.change("a: 2\n")
    drafts.save(draft)
    assert len(drafts.files()) == 1


def test_drafts_are_listed_by_time_with_the_names_of_their_films(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    texts = [
        "name: 'a: lake'\n",
        "frames: 3\n",
        "motion: {zoom: 1}\nname: b # a comment\n",
        "name: [broken\n",
    ]
    for age, text in enumerate(texts):
        draft = drafts.new(text)
        drafts.save(draft)
        os.utime(tmp_path / f"{draft.id}.yaml", (1000 - age, 1000 - age))
    (tmp_path / "notes.yaml").write_text("name: not a draft\n")
    assert [file.name for file in drafts.files()] == ["a: lake", "", "b", ""]
    assert [file.changed for file in drafts.files()] == [1000, 999, 998, 997]


def test_there_are_no_drafts_without_a_folder(tmp_path: Path) -> None:
    assert Drafts(tmp_path / "drafts").files() == []


def test_a_deleted_draft_comes_back_with_the_next_change(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    draft = drafts.new("a: 1\n")
    drafts.save(draft)
    drafts.delete(draft)
    assert draft.is_deleted and not draft.must_be_kept and not drafts.files()
    drafts.delete(draft)  # on two pages at once
    draft.change("a: 2\n")
    assert draft.must_be_kept and not draft.is_deleted
