"""In the example films to music, what is seen happens on the frames on which it is heard."""

import numpy as np
import pytest
from numpy.typing import NDArray

from animator.presets.load import load
from animator.settings import Animation
from animator.settings.signals.soundtrack import film_sound
from animator.timeline.timeline import Timeline
from docs.build import music

FPS = 12
BEATS = np.concatenate(
    (
        np.arange(music.DROP, music.BREAK, music.BEAT),
        np.arange(music.SECOND_DROP, music.END + music.BEAT, music.BEAT),
    )
)
"""Seconds of the bass drums of the drops, and of the last one."""
KICKS = (BEATS[BEATS <= music.END] * FPS).astype(int)
SECTIONS = [int(seconds * FPS) for seconds in (music.DROP, music.BREAK, music.SECOND_DROP, music.END)]


def film(name: str) -> Animation:
    return load(f"presets/{name}.yaml")


def column(timeline: Timeline, path: str) -> NDArray[np.float64]:
    values = timeline.column(path)
    assert isinstance(values, np.ndarray)
    return values


@pytest.mark.parametrize("name", ["pulse", "drops", "kaleidoscope"])
def test_a_film_is_as_long_as_its_music_and_has_it_as_its_soundtrack(name: str) -> None:
    shown = film(name)
    assert (shown.frames, shown.fps) == (music.SECONDS * FPS, FPS)
    sound = film_sound(shown.sound, shown.video, shown.signals)
    assert sound is not None and sound.source.endswith("tide.m4a")


def test_the_image_jumps_and_less_is_kept_on_every_bass_drum_of_the_drops() -> None:
    timeline = Timeline(film("pulse"))
    zoom, strength = column(timeline, "motion.zoom"), column(timeline, "diffusion.strength")
    assert zoom[KICKS].min() > 1.05 and zoom[KICKS + 1].max() < 1.0
    assert strength[KICKS].max() < strength[KICKS - 1].min()
    assert set(KICKS.tolist()) <= set(timeline.generated_frames.tolist())


def test_the_image_stands_still_while_the_drums_do() -> None:
    zoom = column(Timeline(film("pulse")), "motion.zoom")
    first, last = SECTIONS[1] + 2, SECTIONS[2] - 1
    assert np.abs(zoom[first:last] - 1).max() < 0.02


def test_scenes_and_prompts_change_on_the_frames_of_the_drops() -> None:
    timeline = Timeline(film("drops"))
    assert [plan.frame for plan in timeline if plan.cut] == SECTIONS
    prompts = [plan.prompt.positive for plan in timeline]
    assert [index for index in range(1, len(prompts)) if prompts[index] != prompts[index - 1]] == SECTIONS


def test_the_kaleidoscope_turns_faster_while_all_play_and_changes_its_segments_on_the_drops() -> None:
    timeline = Timeline(film("kaleidoscope"))
    turned = np.diff(column(timeline, "steps.0.angle"))
    calm, full = turned[SECTIONS[1] + 6 : SECTIONS[2] - 6], turned[SECTIONS[2] + 6 : SECTIONS[3] - 6]
    assert full.min() > calm.max() > 0
    segments = column(timeline, "steps.0.segments")
    assert (np.flatnonzero(np.diff(segments)) + 1).tolist() == SECTIONS
