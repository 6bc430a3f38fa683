"""Which schedules are listed, and which are shown unless a person says otherwise."""

from animator.presets.load import dump, examine
from animator.presets.request import draft_of_request
from animator.studio.analysis import analyze
from animator.studio.film.curves.catalog import Choice, Entry, entries_of, grouped
from animator.timeline.columns import schedule_fields
from tests.animator.studio.curves.conftest import BREATHING


def entries(text: str) -> dict[str, Entry]:
    known = analyze(text, 0)
    assert known.film is not None
    return {entry.path: entry for entry in entries_of(known.film, known.written)}


def shown(text: str) -> set[str]:
    return {path for path, entry in entries(text).items() if entry.shows}


def test_what_the_film_sets_is_shown_and_strength_and_zoom() -> None:
    assert shown("frames: 9\nnoise: {amount: 0.1}\n") == {
        "diffusion.strength",
        "motion.zoom",
        "noise.amount",
        "prompts",
    }


def test_items_of_lists_are_found() -> None:
    text = "controlnet: [{model: fake, weight: 0.5}]\nsteps: [{use: vignette, amount: 0.3}]\n"
    assert {"controlnet.0.weight", "steps.0.amount"} <= shown(text)
    assert "controlnet.0.guidance_start" not in shown(text)


def test_a_preset_that_lists_everything_shows_what_differs_from_the_defaults() -> None:
    draft, problems = draft_of_request(BREATHING)
    film = examine(draft, problems).animation
    assert film is not None
    every = entries(dump(film))
    assert all(entry.is_set for entry in every.values())
    paths = {path for path, entry in every.items() if entry.shows}
    assert {"diffusion.strength", "diffusion.sampler", "motion.zoom", "motion.angle", "prompts"} <= paths
    assert not {"camera.fov", "noise.amount", "motion.translation_x", "freeu.b1"} & paths
    assert len(every) == len(schedule_fields(film)) + 1


def test_the_film_s_own_are_listed_first_and_the_others_by_group() -> None:
    groups = dict(grouped(list(entries(BREATHING).values())))
    assert [*groups][:2] == ["", "diffusion"]
    assert "motion.zoom" in {entry.path for entry in groups[""]}
    assert all(entry.group == "camera" and not entry.is_set for entry in groups["camera"])


def test_a_choice_outlives_changes_of_the_film() -> None:
    choice = Choice().hiding("motion.zoom").showing("motion.zoom").hiding("noise.amount")
    every = entries("noise: {amount: 0.1}\n")
    assert choice.shows(every["motion.zoom"])
    assert not choice.shows(every["noise.amount"])
