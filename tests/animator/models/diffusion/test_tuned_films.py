"""Films with a refiner, FreeU, deep shrink, a seed resize, tiling by axis and hypernetworks."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from animator.errors import ModelError
from animator.loop.build.models import check_models, load_options
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.loop.state import State
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import Tiling
from animator.models.diffusion.stable import StableDiffuser
from animator.runs.inputs import inputs_of
from animator.runs.render_run import render_run
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.animator.models.diffusion import hypernetwork_files, tiny_models
from tests.fakes import QUIET, Make
from tests.opened import open_stable

CPU = torch.device("cpu")
Folder = Callable[[str], Path]
FRAMES = 3
ON_ONE_FRAME: dict[str, dict[str, Any]] = {
    "refiner": {"diffusion": {"refiner": {0: "", 1: "second", 2: ""}, "refiner_share": 0.5}},
    "refiner share": {"diffusion": {"refiner": "second", "refiner_share": {0: 1, 1: 0.2, 2: 1}}},
    "freeu": {"freeu": {"enabled": True, "end": {0: 0, 1: 1, 2: 0}}},
    "deep shrink": {"deep_shrink": {"enabled": True, "end": {0: 0, 1: 1, 2: 0}}},
    "hypernetwork": {"prompts": {0: "a lake", 1: "a lake <hypernet:ink:1>", 2: "a lake"}},
}
"""Settings that act on the middle frame alone."""
ON_ALL_FRAMES: dict[str, dict[str, Any]] = {
    "seed resize": {"diffusion": {"seed_resize_from": [128, 64]}},
    "tiling": {"diffusion": {"tiling": True}},
    "tiling x": {"diffusion": {"tiling": "x"}},
    "tiling y": {"diffusion": {"tiling": "Y"}},
}
EACH_BY_FRAME = [
    *(("freeu", name, "0: (0.5), 2: (1.5)") for name in ("b1", "b2", "s1", "s2")),
    ("freeu", "start", "0: (0), 2: (0.7)"),
    ("deep_shrink", "block", "0: (1), 2: (5)"),
    ("deep_shrink", "factor", "0: (1), 2: (2)"),
    ("deep_shrink", "start", "0: (0), 2: (0.7)"),
]


@pytest.fixture(scope="module")
def library(models: Path) -> Path:
    """A folder with a second model and a hypernetwork."""
    folder = models / "for films"
    tiny_models.write_folder("sd1", folder / "second", seed=8)
    (folder / "hypernetworks").mkdir()
    nets = {32: hypernetwork_files.pair(32)}
    hypernetwork_files.safetensors(nets, folder / "hypernetworks" / "ink.safetensors")
    return folder


@pytest.fixture
def film_of(make_animation: Make, folder_of: Folder, library: Path) -> Make:
    """A film of the tiny model in which frames do not depend on each other."""

    def make(**settings: Any) -> Animation:
        diffusion = {"seed": 7, "steps": 4, "sampler": "Euler a", "model_folders": [str(library)]}
        own = {"mode": "interpolation", "frames": FRAMES, "model": str(folder_of("sd1")), **settings}
        return make_animation(**{**own, "diffusion": {**diffusion, **settings.get("diffusion", {})}})

    return make


def frames_of(film: Animation) -> list[Tensor]:
    diffuser = _opened(film.model, film.diffusion.model_folders, film.diffusion.tiling)
    return [frame.image for frame in render(Timeline(film), build_pipeline(film, diffuser))]


@lru_cache
def _opened(model: str, folders: tuple[str, ...], tiling: Tiling) -> StableDiffuser:
    return open_stable(model, CPU, LoadOptions(Library(tuple(map(Path, folders))), tiling=tiling))


def distance(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().max())


@pytest.mark.parametrize("kind", ON_ONE_FRAME)
def test_it_changes_the_frame_that_asks_for_it_and_no_other(film_of: Make, kind: str) -> None:
    plain, changed = frames_of(film_of()), frames_of(film_of(**ON_ONE_FRAME[kind]))
    assert torch.equal(plain[0], changed[0]) and torch.equal(plain[2], changed[2])
    assert distance(plain[1], changed[1]) > 0.02


@pytest.mark.parametrize("kind", ON_ALL_FRAMES)
def test_it_changes_all_frames(film_of: Make, kind: str) -> None:
    plain, changed = frames_of(film_of()), frames_of(film_of(**ON_ALL_FRAMES[kind]))
    assert all(distance(one, other) > 0.02 for one, other in zip(plain, changed, strict=True))


@pytest.mark.parametrize(("group", "name", "schedule"), EACH_BY_FRAME)
def test_each_of_their_numbers_acts_by_frame(film_of: Make, group: str, name: str, schedule: str) -> None:
    neutral = {"b1": 1, "b2": 1, "s1": 1, "s2": 1} if name in ("b1", "b2", "s1", "s2") else {}
    base = {"enabled": True, "end": 1, **neutral}
    values = [float(part.partition("(")[2].rstrip(")")) for part in schedule.split(", ")]
    first, last = (frames_of(film_of(**{group: {**base, name: value}})) for value in values)
    by_frame = frames_of(film_of(**{group: {**base, name: schedule}}))
    assert torch.equal(by_frame[0], first[0]) and torch.equal(by_frame[2], last[2])
    assert distance(first[0], last[0]) > 0.003 and distance(first[2], last[2]) > 0.003


def test_edges_fit_together_along_the_axis_that_is_named(film_of: Make) -> None:
    all_edges = frames_of(film_of(diffusion={"tiling": True}))[0]
    for axis in ("x", "y"):
        assert distance(frames_of(film_of(diffusion={"tiling": axis}))[0], all_edges) > 0.02


@pytest.mark.parametrize("kind", [*ON_ONE_FRAME, "seed resize", "tiling x"])
def test_a_film_with_it_resumes_from_every_frame(film_of: Make, kind: str) -> None:
    settings = {**QUIET, "mode": "2d", "motion": {"zoom": 1.02}, **(ON_ONE_FRAME | ON_ALL_FRAMES)[kind]}
    film = film_of(**settings)
    timeline, options = Timeline(film), load_options(film)
    whole = list(render(timeline, build_pipeline(film, open_stable(film.model, CPU, options))))
    for frame in whole[:-1]:
        state = State.from_bytes(frame.state.to_bytes())
        pipeline = build_pipeline(film, open_stable(film.model, CPU, options))
        again = next(render(timeline, pipeline, state))
        assert torch.equal(again.image, whole[state.next_frame].image)


def test_the_refiner_of_a_run_is_recorded(film_of: Make, library: Path, tmp_path: Path) -> None:
    film = film_of(
        diffusion={"refiner": "0: (), 2: (second)", "refiner_share": 0.5}, output={"format": "png"}
    )
    assert ("diffusion.refiner", library / "second") in [(i.setting, i.path) for i in inputs_of(film)]
    made = render_run(film, tmp_path / "run", device=CPU)
    assert made.frames == FRAMES
    assert "second" in (tmp_path / "run" / "run.json").read_text()


def test_a_refiner_that_is_not_there_is_named_with_its_frame(film_of: Make) -> None:
    film = film_of(diffusion={"refiner": {0: "second", 2: "nowhere.safetensors"}})
    with pytest.raises(ModelError, match=r"frame 2: model nowhere\.safetensors: there is no such"):
        check_models(Timeline(film), load_options(film))
