"""What is sent to the editor of curves: points, keys, beats, and notes in place of what cannot be shown."""

import json
from typing import Any

import numpy as np

from animator.studio.analysis import NOT_YET, analyze
from animator.studio.film.curves.board import MOST_BEATS, Board, View, board_of
from animator.studio.film.curves.catalog import Choice
from animator.studio.film.curves.rows import MOST_KEYS, POINTS
from animator.studio.labels import translation
from animator.timeline.timeline import Timeline
from tests.animator.studio.curves.conftest import BREATHING

T = translation("en")


def board(text: str, view: View | None = None) -> Board:
    made = board_of(analyze(text, 3), view or View(), T)
    json.dumps(made.data, allow_nan=False)
    return made


def row(made: Board, path: str) -> Any:
    return next(row for row in (*made.data["curves"], *made.data["spans"]) if row["path"] == path)


def notes(made: Board) -> dict[str, str]:
    return {note["path"]: note["text"] for note in made.data["notes"]}


def test_curves_have_the_values_of_the_plans_and_their_keys() -> None:
    made = board(BREATHING)
    assert made.film is not None
    zoom = row(made, "motion.zoom")
    assert zoom["values"] == list(Timeline(made.film).column("motion.zoom"))
    assert [(key["frame"], key["value"], key["formula"]) for key in zoom["keys"]] == [
        (0, 1.0, False),
        (24, 1.1, False),
        (48, 1.0, False),
    ]
    (formula,) = row(made, "motion.angle")["keys"]
    assert formula["formula"] and formula["text"] == "sin(t/5)"


def test_beats_lie_where_keys_in_beats_do() -> None:
    data = board(BREATHING).data
    assert (data["beats"], data["firstBeat"], data["beatStep"]) == ([*range(0, 49, 6)], 0, 1)
    assert board("frames: 9\n").data["beats"] == []


def test_values_are_shown_clamped_with_what_the_schedule_says_and_the_range() -> None:
    made = board("compat: true\nframes: 3\ndiffusion: {strength: '0:(0.5), 2:(1.5)', steps: '0:(3.7)'}\n")
    strength, steps = row(made, "diffusion.strength"), row(made, "diffusion.steps")
    assert (strength["values"], strength["raw"]) == ([0.5, 1.0, 1.0], [0.5, 1.0, 1.5])
    assert (strength["low"], strength["high"]) == (0.0, 1.0)
    assert (steps["values"], steps["raw"], steps["whole"]) == ([3.0] * 3, [3.7] * 3, True)
    assert row(board(BREATHING), "motion.zoom")["raw"] is None


def test_infinite_values_are_left_out() -> None:
    made = board("compat: true\nframes: 3\nmotion: {angle: '0:(1/t)'}\n")
    assert row(made, "motion.angle")["raw"] is None
    assert row(made, "motion.angle")["values"][0] is None


def test_texts_by_frame_are_spans() -> None:
    made = board(BREATHING)
    assert [(key["frame"], key["text"]) for key in row(made, "prompts")["keys"]] == [
        (0, "a lake at dawn"),
        (24, "a lake at night"),
    ]
    assert [key["text"] for key in row(made, "diffusion.sampler")["keys"]] == ["Euler a", "DDIM"]


def test_a_long_film_is_a_few_thousand_points_and_the_part_in_view_has_each_frame() -> None:
    text = (
        "frames: 100000\nfps: 24\nbpm: 9000\nmotion: {zoom: '0:(1+0.1*sin(t))', angle: '0:(t), 50000:(0)'}\n"
    )
    made = board(text)
    assert sum(len(curve["frames"]) for curve in made.data["curves"]) <= POINTS
    assert len(made.data["beats"]) <= MOST_BEATS
    assert not made.is_whole
    part = board(text, View(start=49_990, end=50_010))
    angle = row(part, "motion.angle")
    assert angle["frames"] == list(range(49_990, 50_011))
    assert [key["frame"] for key in angle["keys"]] == [0, 50_000]
    assert part.data["beats"][0] == 49_990
    step = np.diff(part.data["beats"])
    assert set(step.tolist()) == {1}
    assert part.data["firstBeat"] == 49_990


def test_of_very_many_keys_those_in_view_are_shown() -> None:
    keys = ", ".join(f"{frame}:({frame % 5})" for frame in range(0, 8000, 10))
    text = f"frames: 8000\nmotion: {{angle: '{keys}'}}\n"
    whole, part = row(board(text), "motion.angle"), row(board(text, View(start=400, end=499)), "motion.angle")
    assert (whole["keys"], whole["keyCount"]) == ([], 800)
    assert [key["index"] for key in part["keys"]] == list(range(40, 50))
    assert len(part["keys"]) <= MOST_KEYS


def test_a_view_outside_the_film_is_brought_into_it() -> None:
    assert board(BREATHING, View(start=-5, end=10**6)).data["window"] == (0, 48)
    assert board(BREATHING, View(start=900, end=-3)).data["window"] == (0, 0)


def test_a_schedule_with_a_problem_has_a_note_with_its_line_in_place_of_a_curve() -> None:
    made = board(BREATHING.replace("24:(1.1)", "24:(1.1"))
    assert notes(made).keys() == {"motion.zoom"}
    assert notes(made)["motion.zoom"].startswith("not shown: see line 9: ")
    assert all(curve["path"] != "motion.zoom" for curve in made.data["curves"])


def test_where_the_length_of_the_film_is_wrong_nothing_is_drawn() -> None:
    for wrong in ("frames: -3", "fps: often", "bpm: 0"):
        name = wrong.partition(":")[0]
        lines = [line for line in BREATHING.splitlines() if not line.startswith(f"{name}:")]
        made = board("\n".join([*lines, wrong]) + "\n")
        assert made.film is None and not made.data["curves"]
        assert notes(made)[""].startswith("not shown: see line 10: ")


def test_what_is_no_preset_has_one_note() -> None:
    made = board("motion: [\n")
    assert made.film is None and "not shown" in notes(made)[""]


def test_a_film_that_nobody_has_looked_at_shows_nothing_yet() -> None:
    made = board_of(NOT_YET, View(), T)
    assert made.data["curves"] == [] and made.data["notes"] == []


def test_a_hidden_curve_is_not_computed_and_a_chosen_one_is() -> None:
    choice = Choice().hiding("motion.zoom").showing("camera.fov")
    made = board(BREATHING, View(choice))
    paths = {curve["path"] for curve in made.data["curves"]}
    assert "camera.fov" in paths and "motion.zoom" not in paths
