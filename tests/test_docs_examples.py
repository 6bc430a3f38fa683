"""The examples of the documentation run."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from animator import FakeDiffuser, Timeline, build_pipeline, load, render
from tests.animator.film.facts import decoded, facts_of
from tests.animator.server.running import serving

ROOT = Path(__file__).parents[1]
QUICKSTART = ROOT / "presets" / "quickstart.yaml"
SMALL = ("frames=5", "size=[64,64]")


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / "examples" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("name", "suffix"), [("into_ffmpeg", "mp4"), ("through_opencv", "mkv")])
def test_it_makes_the_film(tmp_path: Path, name: str, suffix: str) -> None:
    out = tmp_path / f"film.{suffix}"
    example(name).main(QUICKSTART, out, SMALL, FakeDiffuser())
    facts = facts_of(out)
    assert (facts.frames, facts.size, facts.fps) == (5, (64, 64), 12)


def test_moviepy_takes_the_frames(tmp_path: Path) -> None:
    pytest.importorskip("moviepy", reason="an example for a program of its own")
    example("with_moviepy").main(QUICKSTART, tmp_path / "film.mp4", SMALL, FakeDiffuser())
    assert facts_of(tmp_path / "film.mp4").frames == 10


def test_opencv_drew_into_what_was_rendered(tmp_path: Path) -> None:
    example("through_opencv").main(QUICKSTART, tmp_path / "film.mkv", SMALL, FakeDiffuser())
    film = load(QUICKSTART, SMALL)
    plain = [frame.pixels for frame in render(Timeline(film), build_pipeline(film, FakeDiffuser()))]
    seen = decoded(tmp_path / "film.mkv")
    assert np.array_equal(seen[:, 30:60, 30:60], np.stack(plain)[:, 30:60, 30:60])
    assert (seen[:, 2, 2:-2] == 255).all()


def test_a_client_of_the_server_gets_its_film(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    preset = {"prompts": "a lake", "size": [64, 64], "frames": 3, "diffusion": {"steps": 2}}
    with serving(tmp_path / "renders") as server:
        example("film_over_http").main(server.url, preset, tmp_path / "film.mp4")
    assert facts_of(tmp_path / "film.mp4").frames == 3
    assert '"status":"succeeded"' in capsys.readouterr().err.replace(" ", "")


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs" / "examples").glob("*.py")), ids=lambda page: page.stem
)
def test_the_documentation_names_it(page: Path) -> None:
    pages = [(ROOT / "docs" / name).read_text() for name in ("film.md", "server.md")]
    assert any(f"examples/{page.name}" in text for text in pages)
