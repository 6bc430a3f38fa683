"""The precision of a run's model: measured for long films, recorded, and kept when the run is resumed."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from animator.loop.build import models
from animator.models.diffusion import load_options, precision
from animator.models.diffusion.load_options import Precision
from animator.models.diffusion.unet_model import UNetModel
from animator.runs.open_model import SessionOptions
from animator.runs.render_frames import Rendering, no_report
from animator.runs.render_run import render_again, render_run
from animator.runs.resume_check import recorded_precision
from animator.runs.run import Run
from animator.runs.stop_token import StopToken
from animator.settings import Animation
from tests.fakes import Make

CPU = torch.device("cpu")
FILM = {"frames": 4, "diffusion": {"seed": 7, "steps": 1}}


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Precision]:
    """What the next measurements find, on a CPU with bfloat16 where every film is long enough."""
    answers: list[Precision] = []

    def measure(model: UNetModel, size: tuple[int, int]) -> Precision:
        return answers.pop(0)

    monkeypatch.setattr(precision, "fastest_precision", measure)
    monkeypatch.setattr(load_options, "has_bfloat16", lambda: True)
    monkeypatch.setattr(models, "MEASURED_FRAMES", 1)
    monkeypatch.setattr(models, "MEASURED_PIXELS", 1)
    return answers


def record(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "run.json").read_text()))


def frames(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((folder / "frames").iterdir())]


def render(film: Animation, folder: Path, end: int | None = None) -> None:
    render_run(film, folder, device="cpu", end=end, resume=True)


def test_a_resumed_run_keeps_the_precision_that_was_measured(
    make_animation: Make, tmp_path: Path, found: list[Precision]
) -> None:
    film = make_animation(**FILM)
    found[:] = ["bf16", "bf16"]
    render(film, tmp_path / "whole")
    render(film, tmp_path / "parts", end=2)
    assert record(tmp_path / "parts")["precision"] == "bf16" and not found
    render(film, tmp_path / "parts")  # which would fail if it measured again
    assert record(tmp_path / "parts")["precision"] == "bf16"
    assert frames(tmp_path / "parts") == frames(tmp_path / "whole")


def test_frames_that_are_rendered_again_keep_it_too(
    make_animation: Make, tmp_path: Path, found: list[Precision]
) -> None:
    film = make_animation(**FILM)
    found[:] = ["vae-bf16"]
    render(film, tmp_path / "run")
    before = frames(tmp_path / "run")
    rendering = Rendering(CPU, no_report, StopToken())
    with Run.reopen(tmp_path / "run", film) as run:
        render_again(run, 2, film, SessionOptions(), rendering)
    assert record(tmp_path / "run")["precision"] == "vae-bf16" and frames(tmp_path / "run") == before
    found[:] = ["fp32"]
    with Run.reopen(tmp_path / "run", film) as run:
        render_again(run, 0, film, SessionOptions(), rendering)
    assert record(tmp_path / "run")["precision"] == "fp32"


def test_a_precision_that_a_film_names_is_not_measured(
    make_animation: Make, tmp_path: Path, found: list[Precision]
) -> None:
    film = make_animation(frames=1, diffusion={"seed": 7, "steps": 1, "precision": "vae-bf16"})
    render(film, tmp_path / "run")
    assert record(tmp_path / "run")["precision"] == "vae-bf16"


@pytest.mark.parametrize(
    ("record", "known"),
    [
        ({"precision": "vae-bf16", "device": "cpu"}, "vae-bf16"),
        ({"precision": "fp16", "device": "cuda"}, None),
        ({"device": "cpu"}, "fp32"),
        ({"device": "cuda"}, None),
        ({"precision": "auto", "device": "cpu"}, None),
        ({"precision": ["bf16"], "device": "cpu"}, None),
        ({"precision": "bf17", "device": "cpu"}, None),
        ({}, None),
    ],
)
def test_a_record_without_a_precision_has_that_of_earlier_versions(
    tmp_path: Path, record: dict[str, Any], known: str | None
) -> None:
    (tmp_path / "run.json").write_text(json.dumps(record))
    assert recorded_precision(tmp_path, CPU) == known
    assert recorded_precision(tmp_path, torch.device("cuda")) is None


@pytest.mark.parametrize(
    ("settings", "measured_at"),
    [
        ({"frames": 64, "size": (512, 256)}, (512, 256)),
        ({"frames": 63, "size": (512, 256)}, None),
        ({"frames": 64, "size": (248, 256)}, None),
        ({"frames": 64, "size": (512, 256), "diffusion": {"precision": "fp32"}}, None),
    ],
)
def test_only_long_films_of_larger_frames_are_measured(
    make_animation: Make, settings: dict[str, Any], measured_at: tuple[int, int] | None
) -> None:
    assert models.load_options(make_animation(**settings)).measured_at == measured_at
