"""Every film in presets/ is valid and renders."""

from itertools import islice
from pathlib import Path

import pytest
import torch

from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.models.diffusion.fake import FakeDiffuser
from animator.presets import raw
from animator.presets.load import load, resolve
from animator.presets.plain import override
from animator.timeline.timeline import Timeline

ROOT = Path(__file__).parents[3]
FILMS = sorted(path for path in (ROOT / "presets").iterdir() if path.suffix in (".yaml", ".txt"))


@pytest.mark.parametrize("path", FILMS, ids=lambda path: path.name)
def test_a_film_plans_all_frames_and_generates(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)  # clips are named from the root of the repository
    film = load(path)
    assert len(list(Timeline(film))) == film.frames and film.model == "starter"
    small = resolve(*override(raw.read(path), ["size=[64,64]", "depth.model=fake"]))
    frames = list(islice(render(Timeline(small), build_pipeline(small, FakeDiffuser())), 4))
    assert len(frames) == 4 and all(torch.isfinite(frame.image).all() for frame in frames)
    assert film.name == path.stem.removesuffix("_settings")


def test_each_feature_has_a_film() -> None:
    names = {path.stem for path in FILMS}
    wanted = {
        "zoom",
        "flight",
        "morph",
        "seeds",
        "cadence",
        "color",
        "clip",
        "interpolation",
        "cuts",
        "hybrid",
    }
    assert wanted | {"parseq_settings"} <= names
