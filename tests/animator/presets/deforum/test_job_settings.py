"""Settings as programs send them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from animator.presets.load import resolve
from animator.presets.request import draft_of_request
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.clips import save_clip

SMALL: dict[str, Any] = {"prompts": {"0": "a lake"}, "max_frames": 2, "W": 64, "H": 64}


def film_of(settings: dict[str, Any]) -> Animation:
    return resolve(*draft_of_request(settings, kind="deforum"))


def notes_of(settings: dict[str, Any]) -> list[str]:
    return [str(note) for note in draft_of_request(settings, kind="deforum")[0].notes]


@pytest.mark.parametrize(
    "settings",
    [
        {"prompts": {"0": "a lake"}},
        {"prompts": {0: "a lake"}},
        {"prompts": '{"0": "a lake"}'},
        {"prompts": "0: a lake"},
        {"animation_prompts": {"0": "a lake"}},
        {"animation_prompts": "0: a lake", "prompts": ["of still images"]},
        {"input": {"animation_prompts": {"0": "a lake"}}},
        {"input": {"settings": {"prompts": {"0": "a lake"}}}},
    ],
)
def test_prompts_alone_are_a_film_with_deforums_defaults(settings: dict[str, Any]) -> None:
    film = film_of(settings)
    assert {prompt.positive for prompt in map(Timeline(film).prompt, range(3))} == {"a lake"}
    assert (film.frames, film.size, film.fps, film.model) == (120, (512, 512), 15, "starter")


def test_a_film_of_one_frame_is_one() -> None:
    film = film_of({**SMALL, "max_frames": 1})
    assert film.frames == 1 and len(Timeline(film).generated_frames) == 1
    assert film_of({"max_frames": 3}).frames == 3


def test_numbers_may_be_text_and_schedules_numbers() -> None:
    texts = {"max_frames": "4", "W": "128", "seed": "5", "fps": "12", "use_init": "false"}
    film = film_of({**SMALL, **texts, "zoom": 1.02, "strength_schedule": 0.5})
    assert (film.frames, film.size, film.diffusion.seed, film.fps) == (4, (128, 64), 5, 12)
    plan = Timeline(film)[3]
    assert (plan.motion.zoom, plan.diffusion.strength) == (1.02, 0.5)


def test_null_stands_for_deforums_default() -> None:
    film = film_of({**SMALL, "zoom": None, "W": None, "fps": None, "seed": None, "init_image": None})
    assert (film.size, film.fps) == ((512, 64), 15)
    assert film.motion.schedule("zoom").source.startswith("0: (1.0025")
    (note,) = notes_of({**SMALL, "zoom": None, "seed": None})
    assert note == "zoom, seed: null stands for Deforum's default"


@pytest.mark.parametrize("key", ["sd_model_name", "checkpoint", "model_checkpoint"])
def test_the_model_that_a_file_was_made_with_is_only_noted(key: str) -> None:
    settings = {**SMALL, key: "Protogen_V2.2.ckpt"}
    assert film_of(settings).model == "starter"
    (note,) = notes_of(settings)
    assert note.startswith("sd_model_name: ") and "set `model` to yours" in note


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"prompts": "not an object"}, "expected prompts by frame"),
        ({"prompts": {"0": 5}}, "a prompt is text"),
        ({"zoom": "0:(1.02"}, "its parentheses do not match"),
        ({"max_frames": "many"}, "expected a whole number"),
        ({"fps": []}, "expected a number"),
    ],
)
def test_what_cannot_be_meant_is_refused(change: dict[str, Any], expected: str) -> None:
    _, (problem,) = draft_of_request({**SMALL, **change}, kind="deforum")
    assert problem.path in change and expected in problem.message


def test_a_film_over_a_clip_is_as_long_as_it(tmp_path: Path) -> None:
    save_clip(tmp_path, [np.zeros((64, 64, 3), np.uint8)] * 3)
    clip = {"animation_mode": "Video Input", "video_init_path": str(tmp_path / "%09d.png")}
    settings = json.dumps({**SMALL, **clip, "max_frames": 90})
    assert draft_of_request(settings, kind="deforum")[0].values["frames"] == 3
