"""`animator camera`: a film's camera out, and in again."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from animator.presets.load import load
from animator.timeline.camera_track import track_of
from animator.timeline.timeline import Timeline
from tests.animator.cli.in_process import animator

Capture = pytest.CaptureFixture[str]
FILM = """\
mode: 3d
frames: 5
fps: 24
size: [64, 64]
diffusion: {cadence: 1, seed: 3}
camera:
  fov: 60
  fov_zooms: true
  moves: [dolly_zoom, {orbit: {speed: "1+0.5*sin(t/5)"}}, handheld, {whip_pan: {speed: 8}}]
motion: {translation_z: 1.75, rotation_3d_z: "0:(0), 4:(2)"}
"""
MOTION = (
    "translation_x",
    "translation_y",
    "translation_z",
    "rotation_3d_x",
    "rotation_3d_y",
    "rotation_3d_z",
)
PATHS = (*(f"motion.{name}" for name in MOTION), "camera.fov", "camera.magnification")


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.yaml"
    path.write_text(FILM)
    return path


def frames_of(preset: Path, capsys: Capture) -> Any:
    """The frames (n, H, W, 3) of a preset's preview, 8 bits."""
    out = preset.parent / f"{preset.stem}_run"
    code, said = animator(
        capsys, "preview", preset, "-o", out, "--set", "output.format=png", "--set", "diffusion.seed=3"
    )
    assert code == 0, said
    return np.stack([np.asarray(Image.open(path), dtype=int) for path in sorted(out.rglob("frames/*.png"))])


@pytest.mark.parametrize("suffix", ["json", "csv", "txt", "gltf"])
def test_a_camera_out_and_in_again_is_the_same_film(suffix: str, film: Path, capsys: Capture) -> None:
    out, back = film.with_name(f"camera.{suffix}"), film.with_name("back.yaml")
    assert animator(capsys, "camera", film, "-o", out) == (0, f"{out}\n")
    assert animator(capsys, "camera", "--from", out, "-o", back) == (0, f"{back}\n")
    before, after = (Timeline(load(path)) for path in (film, back))
    assert len(after) == 5
    for path in PATHS:
        difference = np.asarray(before.column(path)) - np.asarray(after.column(path))
        assert np.abs(difference).max() < 1e-6, path


def test_the_frames_of_a_film_whose_camera_came_back_are_the_same(film: Path, capsys: Capture) -> None:
    out, back = film.with_name("camera.gltf"), film.with_name("back.yaml")
    animator(capsys, "camera", film, "-o", out)
    animator(capsys, "camera", "--from", out, "-o", back)
    first, second = frames_of(film, capsys), frames_of(back, capsys)
    assert len(first) == 5 and np.abs(first[1:] - first[0]).max() > 50
    assert np.abs(first - second).max() <= 1  # a billionth of a unit may tip the rounding of a pixel


def test_without_a_file_the_camera_is_printed_as_json(film: Path, capsys: Capture) -> None:
    code, said = animator(capsys, "camera", film, "--set", "frames=2")
    assert code == 0 and said.startswith('{\n  "format": "animator camera"')


def test_distances_are_scaled_where_asked(film: Path, capsys: Capture) -> None:
    out, back = film.with_name("camera.csv"), film.with_name("back.yaml")
    animator(capsys, "camera", film, "-o", out)
    animator(capsys, "camera", "--from", out, "--scale", 3, "-o", back)
    before, after = (np.asarray(Timeline(load(path)).column("motion.translation_z")) for path in (film, back))
    assert after == pytest.approx(3 * before, abs=1e-6)


@pytest.mark.parametrize("suffix", ["json", "csv", "txt", "gltf"])
def test_a_camera_is_read_at_the_rate_that_is_asked_for(suffix: str, film: Path, capsys: Capture) -> None:
    out, back = film.with_name(f"camera.{suffix}"), film.with_name("back.yaml")
    animator(capsys, "camera", film, "-o", out)
    own = load(film)
    rate = 40.0 if suffix == "csv" else own.fps / 2
    assert animator(capsys, "camera", "--from", out, "--fps", rate, "-o", back)[0] == 0
    halved = load(back)
    assert halved.fps == rate
    every = 1 if suffix == "csv" else 2  # a table does not say its rate: its frames are the film's
    before, after = track_of(Timeline(own)), track_of(Timeline(halved))
    assert after.positions == pytest.approx(before.positions[::every], abs=1e-5)
    assert after.rotations == pytest.approx(before.rotations[::every], abs=1e-5)
    assert after.fov_deg == pytest.approx(before.fov_deg[::every], abs=1e-5)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "camera: expected a preset, or --from"),
        (("film.yaml", "--from", "camera.json"), "camera: expected a preset, or --from"),
        (
            ("film.yaml", "-o", "camera.fbx"),
            "camera.fbx: ends in '.fbx'; expected .json, .py, .csv, .txt, .gltf",
        ),
        (("film.yaml", "--set", "mode=2d", "--set", "camera.moves=[]"), "expected mode: 3d"),
        (("film.yaml", "--set", "camera.fov=-70"), "camera.fov: is -"),
        (("--from", "camera.json"), "camera.json: "),
        (("--from", "film.yaml"), "film.yaml: ends in '.yaml'"),
        (("--from", "bad.json"), "bad.json: is no camera path"),
        (("--from", "film.yaml", "--scale", "0"), "--scale"),
        (("--from", "bad.json", "--set", "fps=3"), "camera: --set acts with a preset only"),
        (("film.yaml", "--scale", "3"), "camera: --scale acts with --from only"),
        (("film.yaml", "--fps", "3"), "camera: --fps acts with --from only"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_written(
    args: tuple[str, ...], said: str, film: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(film.parent)
    Path("bad.json").write_text("{}")
    before = sorted(film.parent.iterdir())
    code, printed = animator(capsys, "camera", *args)
    assert code == 2 and said in printed
    assert sorted(film.parent.iterdir()) == before


def test_a_file_of_someone_else_is_not_replaced(film: Path, capsys: Capture) -> None:
    out = film.with_name("camera.json")
    out.write_text("mine")
    code, _ = animator(capsys, "camera", film, "-o", out)
    assert code == 2 and out.read_text() == "mine"
    assert animator(capsys, "camera", film, "-o", out, "--force")[0] == 0
