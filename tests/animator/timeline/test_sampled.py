"""Curves of single schedules: the values of the plans, thinned out without losing a peak or a key."""

import numpy as np
import pytest

from animator.errors import PresetError
from animator.timeline.columns import range_of, schedule_fields
from animator.timeline.sampled import beats_of, curve_of
from animator.timeline.timeline import Timeline
from schedules import Schedule
from schedules.formula import Place
from schedules.keys import parse_key
from tests.fakes import Make

SCHEDULES = {
    "frames": 60,
    "motion": {"zoom": "0:(1+0.1*sin(t)), 30:(1.1)"},
    "diffusion": {"steps": "0:(3.7), 59:(9)", "strength": "0:(0.2), 59:(0.9)"},
    "steps": [{"use": "vignette"}],
    "controlnet": [{"model": "fake", "weight": "0:(0.1), 30:(1)"}],
}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"compat": True, "diffusion": {"strength": "0:(-1), 59:(2)", "steps": "0:(0.2)"}},
        {"camera": {"aspect_ratio_use_old_formula": True}, "mode": "3d"},
        {"init": {"image": "x.png", "strength": 0.35}},
        {"guided": {"use_looper": True, "init_images": {0: "a.png", 20: "b.png"}}},
    ],
)
def test_every_curve_has_the_values_of_the_plans(make_animation: Make, more: dict[str, object]) -> None:
    film = make_animation(**{**SCHEDULES, **more})
    plans = Timeline(film)
    for path, schedule in schedule_fields(film).items():
        if isinstance(schedule, Schedule):
            curve = curve_of(film, path)
            numbers = range_of(film, path)
            assert numbers is not None
            column = np.asarray(plans.column(path))
            assert np.array_equal(curve.values, np.trunc(column) if numbers.is_whole else column), path
            assert np.array_equal(curve.raw, schedule.values(film.scope)), path
            assert curve.keys == schedule.key_frames(film.scope)


def test_settings_of_whole_numbers_have_whole_values_beside_the_raw_ones(make_animation: Make) -> None:
    curve = curve_of(make_animation(frames=3, diffusion={"steps": "0:(3.7)"}), "diffusion.steps")
    assert curve.values.tolist() == [3.0, 3.0, 3.0]
    assert curve.raw.tolist() == [3.7, 3.7, 3.7]


def test_a_long_film_is_thinned_out_with_its_peaks_and_keys(make_animation: Make) -> None:
    source = "0:(1), 600000:(1), 600001:(5), 600002:(1), 777777:(where(t==800003, -3, 1))"
    film = make_animation(frames=1_000_000, motion={"zoom": "0:(1)", "angle": source})
    curve = curve_of(film, "motion.angle", points=1000)
    assert len(curve.frames) <= 1000 + len(curve.keys) + 2
    assert np.array_equal(curve.frames, np.unique(curve.frames))
    assert {0, 600_000, 600_001, 600_002, 777_777, 999_999} <= set(curve.frames.tolist())
    assert (curve.raw.min(), curve.raw.max()) == (-3.0, 5.0)
    assert curve.raw[curve.frames == 800_003] == -3.0


def test_what_is_no_schedule_of_numbers_is_refused(make_animation: Make) -> None:
    for path in ("motion.zoo", "diffusion.sampler", "frames"):
        with pytest.raises(PresetError, match="is not a schedule of numbers"):
            curve_of(make_animation(), path)


@pytest.mark.parametrize(("bpm", "fps"), [(120, 15), (97.3, 23.976), (10_000, 12), (1, 0.01)])
def test_beats_fall_where_keys_in_beats_do(make_animation: Make, bpm: float, fps: float) -> None:
    film = make_animation(frames=500, bpm=bpm, fps=fps)
    keys = (parse_key(f"{beat}b", Place("")).frame(film.scope) for beat in range(10_000))
    inside = {frame for frame in keys if frame < 500}
    found = beats_of(film).tolist()
    assert found == sorted(set(found))
    assert set(found) >= inside


def test_a_film_without_bpm_has_no_beats(make_animation: Make) -> None:
    assert beats_of(make_animation()).size == 0


def test_a_part_of_a_long_film_is_sampled_more_closely(make_animation: Make) -> None:
    film = make_animation(frames=1_000_000, motion={"zoom": "0:(1), 500:(2), 700000:(1)"})
    curve = curve_of(film, "motion.zoom", points=100, part=range(450, 550))
    assert curve.frames.tolist() == list(range(450, 550))
    assert curve.values[50] == 2.0
    assert curve.keys == (0, 500, 700_000)


def test_more_keys_than_points_are_thinned_out_too(make_animation: Make) -> None:
    film = make_animation(frames=10_000, motion={"zoom": {frame: frame % 7 for frame in range(10_000)}})
    curve = curve_of(film, "motion.zoom", points=100)
    assert len(curve.frames) <= 102
    assert len(curve.keys) == 10_000
