"""Films with any settings that are accepted: two frames of each are rendered."""

from copy import deepcopy
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

import animator
from animator import FakeDiffuser, Timeline, build_pipeline, render
from animator.errors import AnimatorError
from animator.runs.video_specs import film_path, video_spec
from tests.fuzz.bounded import bounded
from tests.fuzz.trees import places
from tests.fuzz.values import NUMBERS, REAL, TEXTS, WHOLE

SMALL: dict[str, Any] = {
    "size": [64, 64],
    "frames": 6,
    "prompts": {"0": "a lake", "4": "fog"},
    "steps": [{"use": "vignette"}],
}
PLAIN = animator.load(SMALL).plain()
FIXED = ("schema", "size", "frames", "prompts", "model")
PATHS = [path for path in places(PLAIN) if path[0] not in FIXED and path[-1] != "use" and len(path) <= 2]
FORMULAS = (
    "0:(t)",
    "0:(-t*1e3)",
    "0:(1e38*sin(t))",
    "0:(1), 3:(0)",
    "0:(0), 1:(1e-30), 2:(1e30)",
    "t*t-4",
    "0:(1) bounce",
)
CHOICES = (
    "none", "LAB", "HSV", "RGB", "perlin", "uniform", "wrap", "reflect", "replicate", "zeros", "border",
    "bicubic", "nearest", "bilinear", "iter", "fixed", "random", "ladder", "alternate", "schedule",
    "linear", "gif", "webm", "png", "flow", "fade", "Frame", "Init Image", "Video Input", "DIS Medium",
    "Farneback", "lookahead", "deforum", "perspective", "orthographic",
)  # fmt: skip
MODES = st.sampled_from(("2d", "3d", "interpolation"))
VALUES = (
    REAL
    | WHOLE
    | st.booleans()
    | st.none()
    | st.floats()
    | st.integers(-10, 300)
    | st.sampled_from((*FORMULAS, *NUMBERS, *TEXTS))
    | st.sampled_from(CHOICES)
)


@st.composite
def films(draw: DrawFn) -> dict[str, Any]:
    """Draws the settings of a small film: few are not the defaults, and these are at their edges."""
    film: dict[str, Any] = deepcopy(PLAIN)
    film["mode"] = draw(MODES)
    film["compat"] = draw(st.booleans())
    for path in draw(st.lists(st.sampled_from(PATHS), max_size=3)):
        owner: Any = film
        for part in path[:-1]:
            owner = owner[part]
        if isinstance(owner, dict):
            owner[path[-1]] = draw(VALUES)
    return film


def _render(settings: Any, overrides: Any = ()) -> None:
    """Renders two frames of a film, if it is one."""
    try:
        film = animator.load(settings, overrides)
    except AnimatorError:
        return
    with bounded(AnimatorError):
        timeline = Timeline(film)
        for frame in islice(render(timeline, build_pipeline(film, FakeDiffuser(), torch.device("cpu"))), 2):
            assert frame.pixels.shape == (64, 64, 3)
        video_spec(film, film_path(Path("run"), film))


@given(films())
def test_a_film_that_is_accepted_is_rendered(settings: dict[str, Any]) -> None:
    _render(settings)


AT_THE_EDGES = (
    0,
    1,
    2,
    -1,
    7,
    100,
    0.5,
    1e-45,
    1e-320,
    1e-30,
    1e6,
    1e30,
    1e38,
    -1e38,
    True,
    *FORMULAS,
    *CHOICES,
)


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [path for path in PATHS if len(path) == 2 and path[0] != "steps"], ids=".".join
)
def test_every_value_that_is_accepted_is_rendered(path: tuple[str, str]) -> None:
    for value in (*AT_THE_EDGES, *NUMBERS):
        for mode, compat in (("2d", False), ("2d", True), ("3d", False)):
            _render({**SMALL, "mode": mode, "compat": compat}, {".".join(path): value})
