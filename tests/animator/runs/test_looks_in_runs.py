"""Looks in run folders: LUT files are checked and noted, and resumed runs are those that never stopped."""

from pathlib import Path
from typing import Any

import pytest
import torch

from animator.core.confinement import Confinement, confined
from animator.errors import PresetError
from animator.models.diffusion.fake import FakeDiffuser
from animator.presets.load import load
from animator.runs.inputs import inputs_of
from animator.runs.preflight.check_film import check_animation
from animator.runs.render_run import open_run, render_run
from animator.runs.rewind import state_at
from animator.runs.run import Run
from tests.animator.images.test_cube import lattice_text
from tests.fakes import Make

CPU = torch.device("cpu")
STEPS = [{"use": "echo", "amount": 0.7}, {"use": "glow"}, {"use": "grain", "amount": 0.2}]


def preset(folder: Path, steps: str) -> Path:
    path = folder / "film.yaml"
    path.write_text(f"size: [64, 64]\nframes: 4\nprompts: a lake\ndiffusion: {{seed: 1}}\nsteps: [{steps}]\n")
    return path


def lut_in(folder: Path, text: str = "LUT_1D_SIZE 2\n1 1 1\n0 0 0\n") -> Path:
    path = folder / "look.cube"
    path.write_text(text)
    return path


def render(film: Any, folder: Path, end: int | None = None) -> Run:
    with open_run(film, folder, resume=True) as run:
        render_run(run, diffuser=FakeDiffuser(), device=CPU, end=end)
    return run


def test_a_lut_is_found_beside_the_preset_and_noted_with_its_fingerprint(tmp_path: Path) -> None:
    lut = lut_in(tmp_path)
    film = load(preset(tmp_path, "{use: vignette}, {use: lut, file: look.cube}"))
    (found,) = (item for item in inputs_of(film) if item.setting == "steps.1.file")
    before = found.fingerprint()
    assert found.path == lut and before is not None
    lut_in(tmp_path, lattice_text(2))
    assert found.fingerprint() != before


def test_a_lut_acts_on_the_frames_of_a_run_and_is_read_anew_where_it_changed(tmp_path: Path) -> None:
    lut_in(tmp_path)
    film = load(preset(tmp_path, "{use: lut, file: look.cube}"))
    plain = list(render(film.with_(steps=[]), tmp_path / "plain").pixels(range(4)))
    for text, expected in (("LUT_1D_SIZE 2\n1 1 1\n0 0 0\n", 255), (lattice_text(3), 0)):
        lut_in(tmp_path, text)
        run = render(film, tmp_path / f"run {expected}")
        for found, original in zip(run.pixels(range(4)), plain, strict=True):
            assert (abs(found.astype(int) - abs(expected - original.astype(int))) <= 1).all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "steps.0.file: {path}: has no LUT_1D_SIZE and no LUT_3D_SIZE"),
        ("LUT_3D_SIZE 9999\n", "steps.0.file: {path}:1: LUT_3D_SIZE is '9999'; expected a whole number"),
    ],
)
def test_a_broken_lut_is_found_before_anything_is_rendered(tmp_path: Path, text: str, said: str) -> None:
    path = lut_in(tmp_path, text)
    film = load(preset(tmp_path, "{use: lut, file: look.cube}"))
    with pytest.raises(PresetError) as caught:
        check_animation(film)
    assert said.format(path=path) in str(caught.value)


def test_a_lut_that_is_not_named_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match=r"steps\.0\.file: .*required"):
        load(preset(tmp_path, "{use: lut}"))
    with pytest.raises(PresetError, match=r"steps\.0\.file: is empty; expected the path of a LUT file"):
        check_animation(load(preset(tmp_path, "{use: lut, file: ''}")))
    with pytest.raises(PresetError, match=r"steps\.0\.file: none\.cube: there is no such file"):
        load(preset(tmp_path, "{use: lut, file: none.cube}"))


def test_a_lut_outside_the_folders_that_settings_may_read_is_refused(tmp_path: Path) -> None:
    inside = tmp_path / "inputs"
    inside.mkdir()
    lut_in(tmp_path)
    path = preset(inside, "{use: lut, file: ../look.cube}")
    with (
        confined(Confinement((inside,))),
        pytest.raises(PresetError, match=r"steps\.0\.file: .*is not inside a folder"),
    ):
        load(path)


@pytest.mark.parametrize("cadence", [1, 3])
def test_a_resumed_run_has_the_frames_and_metrics_of_one_that_never_stopped(
    make_animation: Make, tmp_path: Path, cadence: int
) -> None:
    film = make_animation(frames=9, diffusion={"seed": 3, "cadence": cadence}, steps=STEPS)
    whole = render(film, tmp_path / "whole")
    for end in (2, 5, None):
        stopped = render(film, tmp_path / "stopped", end)
    assert [one.tobytes() for one in whole.pixels(range(9))] == [
        one.tobytes() for one in stopped.pixels(range(9))
    ]
    assert whole.metrics.read() == stopped.metrics.read()
    plain = render(film.with_(steps=[]), tmp_path / "plain")
    assert plain.metrics.read() == whole.metrics.read()


def test_a_run_is_rewound_with_its_trails(make_animation: Make, tmp_path: Path) -> None:
    film = make_animation(frames=9, diffusion={"seed": 3}, steps=STEPS)
    run = render(film, tmp_path / "run")
    whole = state_at(run, 9, CPU, FakeDiffuser)
    last = run.state()
    assert whole.trails is not None and last.trails is not None
    assert torch.equal(whole.trails, last.trails)
