"""Subtitles of a film's values."""

from animator.presets.subtitles import captions, to_srt
from animator.timeline.timeline import Timeline
from tests.fakes import Make


def test_every_frame_has_a_subtitle_with_the_chosen_values(make_animation: Make) -> None:
    film = make_animation(
        prompts="sea", frames=3, fps=25, motion={"zoom": "0:(1), 2:(1.5)"}, diffusion={"seed": 7}
    )
    assert to_srt(Timeline(film), ("Zoom", "Prompt")) == (
        "1\n00:00:00,000 --> 00:00:00,040\nF#: 0; Cadence: False; Seed: 7; Zoom: 1; Prompt: sea --neg\n\n"
        "2\n00:00:00,040 --> 00:00:00,080\nF#: 1; Cadence: False; Seed: 8; Zoom: 1.250; Prompt: sea --neg\n\n"
        "3\n00:00:00,080 --> 00:00:00,120\nF#: 2; Cadence: False; Seed: 9; Zoom: 1.500; Prompt: sea --neg\n\n"
    )


def test_in_betweens_say_so_and_name_the_seed_they_show(make_animation: Make) -> None:
    film = make_animation(frames=5, diffusion={"seed": 7, "cadence": 2})
    told = [(caption.cadence, caption.seed) for caption in captions(Timeline(film), ())]
    assert told == [("True", 7), ("False", 7), ("True", 8), ("False", 8), ("False", 9)]
    there = film.model_copy(update={"compat": True})
    assert [caption.seed for caption in captions(Timeline(there), ())] == [8, 8, 9, 9]


def test_all_values_are_there_by_default(make_animation: Make) -> None:
    (first, *_) = captions(Timeline(make_animation()))
    assert len(first.values) == 46
    assert dict(first.values)["HybridCompAlphaSchedule"] == 0.5  # Deforum's default: no such setting here


def test_a_prompt_of_several_lines_stays_in_one_subtitle(make_animation: Make) -> None:
    film = make_animation(prompts="sea\n\n9\n00:00:00,000 --> 00:00:09,000\nfake", frames=1)
    assert to_srt(Timeline(film), ("Prompt",)).count("\n\n") == 1
