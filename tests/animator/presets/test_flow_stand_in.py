"""DIS takes the place of RAFT in imported films without its weights, in words; and nowhere else."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from animator.core.permissions import allow
from animator.models.flow.find_raft import RAFT_FILES
from animator.presets.flow_stand_in import STAND_IN
from animator.presets.load import load
from animator.presets.plain import override, read_source
from animator.runs.preflight.report import CheckReport, check_report
from animator.runs.render_run import render_run
from tests.weights_site import empty_models

SETTINGS: dict[str, Any] = {
    "W": 64,
    "H": 64,
    "steps": 4,
    "max_frames": 4,
    "animation_mode": "2D",
    "diffusion_cadence": "2",
    "optical_flow_cadence": "RAFT",
    "hybrid_flow_method": "RAFT",
    "prompts": {"0": "a lake"},
    "zoom": "0:(1.02)",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder of models, empty."""
    return empty_models(tmp_path, monkeypatch)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.txt"
    path.write_text(json.dumps(SETTINGS))
    return path


def test_a_settings_file_runs_without_the_weights_and_says_so(
    settings: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        film = load(settings)
    assert film.diffusion.optical_flow_cadence == STAND_IN
    assert film.hybrid.flow_method == "RAFT"  # which has no effect in this film
    told = "diffusion.optical_flow_cadence: the weights of RAFT are not here; DIS Fine takes its place"
    assert caplog.text.count(told) == 1
    render_run(film, tmp_path / "run", device="cpu")
    assert f"optical_flow_cadence: {STAND_IN}" in (tmp_path / "run" / "preset.yaml").read_text()


def checked(path: Path, *overrides: str) -> CheckReport:
    draft, problems = override(read_source(path), list(overrides))
    return check_report(draft, tuple(problems), lists_all=True)


def test_a_check_tells_it_too(settings: Path) -> None:
    report = checked(settings)
    assert report.error is None
    assert any("DIS Fine takes its place" in text for text in report.logged)


def test_weights_that_are_there_are_used(settings: Path, folder: Path) -> None:
    (folder / RAFT_FILES[0]).write_bytes(b"weights")
    assert load(settings).diffusion.optical_flow_cadence == "RAFT"


def test_weights_that_may_be_downloaded_are_used(settings: Path) -> None:
    with allow(download=True):
        assert load(settings).diffusion.optical_flow_cadence == "RAFT"


@pytest.mark.parametrize("overrides", [["diffusion.optical_flow_cadence=RAFT"], ["flow.raft=gone.pth"]])
def test_what_a_person_chose_stays(settings: Path, overrides: list[str]) -> None:
    report = checked(settings, *overrides)
    assert report.error is not None and ("RAFT" in str(report.error) or "gone.pth" in str(report.error))


def test_a_preset_that_names_raft_stays_an_error(tmp_path: Path) -> None:
    preset = tmp_path / "film.yaml"
    preset.write_text("schema: 1\nprompts: a lake\ndiffusion: {cadence: 2, optical_flow_cadence: RAFT}\n")
    assert load(preset).diffusion.optical_flow_cadence == "RAFT"
    assert "RAFT needs the path" in str(checked(preset).error)
