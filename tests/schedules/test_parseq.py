"""Parseq manifests: the settings in them, and the messages about broken ones."""

import json
from typing import Any

import pytest

from schedules import Prompts, Schedule, ScheduleError, Scope, TextSchedule
from schedules.parseq import Manifest

FRAMES = [
    {
        "frame": f,
        "angle": 3.0 * f,
        "angle_delta": 3.0,
        "strength": 0.6,
        "sampler_schedule": "Euler a",
        "seed": 7,
    }
    | {"deforum_prompt": f"p{f} --neg n{f}", "unknown": 1}
    for f in (0, 2, 6)
]
DOCUMENT: dict[str, Any] = {"options": {"output_fps": 30, "cadence": "3"}, "rendered_frames": FRAMES}


def test_a_manifest_gives_sources_for_what_it_has() -> None:
    sources = Manifest.parse(json.dumps(DOCUMENT)).sources(deltas=False)
    assert set(sources) == {"angle", "strength_schedule", "sampler_schedule", "seed_schedule", "prompts"}
    angle = Schedule.parse(sources["angle"]).values(Scope(9))
    assert angle.tolist() == [0, 3, 6, 9, 12, 15, 18, 18, 18]
    assert TextSchedule.parse(sources["sampler_schedule"]).values(Scope(3)) == ("Euler a",) * 3
    prompts = Prompts.parse(sources["prompts"]).at(Scope(4))
    assert [(frame.positive, frame.negative) for frame in prompts] == [("p0", "n0")] * 2 + [("p2", "n2")] * 2


def test_deltas_take_the_steps_from_frame_to_frame() -> None:
    manifest = Manifest.parse(DOCUMENT)
    assert manifest.sources()["angle"] == {0: 3.0, 2: 3.0, 6: 3.0}
    without = [{key: value for key, value in row.items() if key != "angle_delta"} for row in FRAMES]
    assert "angle" not in Manifest.parse({"rendered_frames": without}).sources()


def test_overrides_reach_to_the_last_frame_listed() -> None:
    overrides = Manifest.parse(DOCUMENT).overrides()
    assert (overrides.frames, overrides.fps, overrides.cadence) == (7, 30.0, 3)
    assert Manifest.parse(DOCUMENT).overrides(compat=True).frames == 3
    bare = Manifest.parse({"rendered_frames": FRAMES, "options": {"output_fps": ""}}).overrides()
    assert (bare.fps, bare.cadence) == (None, None)


def test_of_doubled_frames_the_last_counts() -> None:
    manifest = Manifest.parse({"rendered_frames": [*FRAMES, FRAMES[0] | {"strength": 0.1}]})
    assert manifest.sources()["strength_schedule"][0] == 0.1


@pytest.mark.parametrize(
    ("source", "fragment"),
    [
        ("{", "broken JSON"),
        ("[1]", "JSON object"),
        ({}, "press Render in Parseq"),
        ({"rendered_frames": []}, "press Render in Parseq"),
        ({"rendered_frames": [{"angle": 1}]}, "no frame number"),
        ({"rendered_frames": [{"frame": 1.5}]}, "no frame number"),
        ({"rendered_frames": [3]}, "no frame number"),
        (
            {"rendered_frames": [{"frame": 0, "strength": "high"}]},
            "`strength` of the Parseq manifest should be a number",
        ),
        ({"rendered_frames": [{"frame": 0, "zoom": 1}, {"frame": 4}]}, "frame 4: `zoom`"),
        ({"rendered_frames": [{"frame": 0, "deforum_prompt": 1}]}, "should be text"),
        ({"rendered_frames": FRAMES, "options": {"output_fps": -1}}, "above 0"),
    ],
)
def test_a_broken_manifest_is_explained(source: Any, fragment: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        Manifest.parse(source)
    assert fragment in str(caught.value)
