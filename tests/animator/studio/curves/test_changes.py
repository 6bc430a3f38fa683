"""Edits of keys in the text of a preset, and looks at how a curve will be."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from animator.errors import UserError
from animator.presets.examples import examples
from animator.settings import Animation
from animator.studio.analysis import analyze
from animator.studio.drafts import FilmDraft
from animator.studio.film.curves.board import View, board_of
from animator.studio.film.curves.changes import ChangedElsewhereError, Edit, Place, changed, previewed
from animator.studio.film.curves.draft_edits import DraftEdits
from animator.studio.film.curves.keys import Keys, Target, TimeError, Typed, keys_of
from animator.studio.film.curves.requests import number_in, path_in, whole_in
from animator.studio.film.session import DraftSession
from schedules import ScheduleError
from tests.animator.studio.curves.conftest import BREATHING

ZOOM = "motion.zoom"


def film_of(text: str) -> Animation:
    film = analyze(text, 0).film
    assert film is not None
    return film


def edited(text: str, path: str, edit: Edit) -> str:
    return changed(text, Place(path, keys_of(film_of(text), path).source), edit)[0]


@pytest.mark.parametrize(
    ("path", "edit", "line"),
    [
        (
            ZOOM,
            lambda keys: keys.moved(1, Target(30, 1.2)),
            'zoom: "0:(1.0), 30:(1.2), 48:(1.0)"   # breathing',
        ),
        (ZOOM, lambda keys: keys.added(12, 1.5), '"0:(1.0), 12:(1.5), 24:(1.1), 48:(1.0)"   # breathing'),
        (ZOOM, lambda keys: keys.deleted(2), 'zoom: "0:(1.0), 24:(1.1)"   # breathing'),
        (ZOOM, lambda keys: keys.typed(1, Typed("3s", "1+sin(t)/9")), "3s:(1+sin(t)/9)"),
        (ZOOM, lambda keys: keys.typed(0, Typed("0", "1.0", "bounce")), "bounce"),
        ("motion.angle", lambda keys: keys.moved(0, Target(3, 9.0)), 'angle: "3:(sin(t/5))"'),
        ("diffusion.sampler", lambda keys: keys.moved(1, Target(20)), '20:("DDIM")'),
        ("diffusion.sampler", lambda keys: keys.added(30), '30:("DDIM")'),
        ("prompts", lambda keys: keys.moved(1, Target(36)), "36: a lake at night"),
        ("prompts", lambda keys: keys.added(6), "6: a lake at dawn"),
        ("prompts", lambda keys: keys.typed(1, Typed("24", "밤의 호수")), "24: 밤의 호수"),
        ("camera.fov", lambda keys: keys.moved(0, Target(0, 50.0)), "fov: 50"),
    ],
)
def test_an_edit_changes_its_own_place_alone(path: str, edit: Edit, line: str) -> None:
    text = edited(BREATHING, path, edit)
    assert line in text
    before, after = BREATHING.splitlines(), text.splitlines()
    assert len([one for one in before if one not in after]) <= 1


def test_the_schedule_of_a_base_preset_is_written_in_the_film() -> None:
    base = next(example.path for example in examples() if example.name == "quickstart")
    text = edited(f"extends: {base}\n", "diffusion.strength", lambda keys: keys.deleted(1))
    assert text.startswith(f"extends: {base}\n") and "strength: " in text and "prompts" not in text


def test_what_the_film_would_not_take_changes_nothing() -> None:
    with pytest.raises(UserError, match=r"is 1\.5 at frame 0; expected 0 to 1"):
        edited(BREATHING, "diffusion.strength", lambda keys: keys.typed(0, Typed("0", "1.5")))
    with pytest.raises(UserError, match="Eular"):
        edited(BREATHING, "diffusion.sampler", lambda keys: keys.typed(0, Typed("0", "Eular")))
    with pytest.raises(ScheduleError) as error:
        edited(BREATHING, ZOOM, lambda keys: keys.typed(1, Typed("24", "1+*2")))
    assert error.value.column == 2
    with pytest.raises(TimeError, match="frame 48 has a key already"):
        edited(BREATHING, ZOOM, lambda keys: keys.typed(1, Typed("48", "1.1")))


def test_a_broken_schedule_is_not_overwritten() -> None:
    broken = BREATHING.replace("24:(1.1)", "24:(1.1")
    with pytest.raises(UserError, match="correct the preset first: <text>:9"):
        changed(broken, Place(ZOOM, 1), lambda keys: keys.deleted(0))
    with pytest.raises(UserError, match="correct the preset first"):
        changed("motion: [\n", Place(ZOOM, 1), lambda keys: keys.deleted(0))
    other = broken.replace("frames: 49", "frames: 49 # long")  # a problem elsewhere is no hindrance
    assert (
        "fov: 50" in changed(other, Place("camera.fov", 70), lambda keys: keys.moved(0, Target(0, 50.0)))[0]
    )


def test_a_schedule_that_another_page_has_changed_stays() -> None:
    with pytest.raises(ChangedElsewhereError):
        changed(BREATHING, Place(ZOOM, "0:(1.0), 9:(2)"), lambda keys: keys.deleted(1))
    with pytest.raises(UserError, match=r"no schedule 'motion\.zoooom'"):
        changed(BREATHING, Place("motion.zoooom", 1), lambda keys: keys.deleted(1))


def test_a_dragged_key_is_previewed_without_any_change() -> None:
    text = BREATHING + "steps: [{use: vignette, amount: '0:(0.1), 40:(0.3)'}]\n"
    board = board_of(analyze(text, 1), View(), str)
    curve = previewed(board, ZOOM, lambda keys: keys.moved(1, Target(12, 1.2)))
    assert curve["values"][12] == 1.2
    step = previewed(board, "steps.0.amount", lambda keys: keys.moved(1, Target(20, 0.5)))
    assert step["values"][20] == 0.5
    assert board.film is not None and film_of(text) == board.film
    with pytest.raises(UserError):
        previewed(board_of(analyze("frames: no\n", 1), View(), str), ZOOM, lambda keys: keys)
    with pytest.raises(ScheduleError):
        previewed(board, "prompts", lambda keys: keys)


def session_of(draft: FilmDraft, before: Callable[[], None]) -> DraftSession:
    """Returns a session whose work in threads is done at once, after something else has happened."""

    async def run(work: Callable[..., Any], *args: Any) -> Any:
        result = work(*args)
        before()
        return result

    page = SimpleNamespace(studio=SimpleNamespace(run=run))
    return cast("DraftSession", SimpleNamespace(draft=draft, page=page, edit=draft.change))


def test_a_text_that_another_page_changes_meanwhile_keeps_both_changes() -> None:
    draft = FilmDraft("20261130-120000-00000000", BREATHING)
    others = iter(["name: other"])

    def other_page() -> None:
        if name := next(others, ""):
            draft.change(draft.text.replace("name: breathing", name))

    edits = DraftEdits(session_of(draft, other_page))
    edits.know({ZOOM: keys_of(film_of(BREATHING), ZOOM).source})

    def delete(keys: Keys) -> Keys:
        return keys.deleted(1)

    assert asyncio.run(edits.edit(ZOOM, delete))
    assert "name: other" in draft.text and 'zoom: "0:(1.0), 48:(1.0)"   # breathing' in draft.text
    assert asyncio.run(edits.edit(ZOOM, delete))  # the next one is of what this page has made of it
    assert not asyncio.run(edits.edit(ZOOM, lambda keys: keys))


@pytest.mark.parametrize("message", [None, [], {}, {"path": 3}, {"path": {}, "index": "1"}, {"index": True}])
def test_messages_that_no_page_sends_are_refused(message: Any) -> None:
    with pytest.raises(UserError, match="reload it"):
        path_in(message)
    with pytest.raises(UserError, match="reload it"):
        whole_in(message, "index")
    for number in ("1", True, float("inf"), [1]):
        with pytest.raises(UserError, match="reload it"):
            number_in({"value": number}, "value")
