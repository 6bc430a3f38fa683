"""Metrics, warnings and files of a render session."""

import json
import logging
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from imageio_ffmpeg import count_frames_and_secs
from torch import Tensor

from animator.core.size_text import size_text
from animator.loop.state import State
from animator.models.diffusion.request import Diffuser, GenerationRequest
from animator.runs.checkpoints import Checkpoints
from animator.runs.render_run import open_run, render_run
from animator.runs.run import Run
from animator.settings import Animation
from tests.fakes import QUIET, CountingGrays, FunctionDiffuser, Make, Recorder

CPU = torch.device("cpu")
CUT = {"strength": "0:(0.5), 19:(0.5), 20:(0), 21:(0.5)"}


class Usage(NamedTuple):
    free: int


def rendered(animation: Animation, folder: Path, diffuser: Diffuser) -> list[dict[str, float]]:
    """Renders a film and returns its metrics."""
    with open_run(animation, folder, resume=True) as run:
        render_run(run, diffuser=diffuser, device=CPU)
        return run.metrics.read()


def test_flicker_is_the_change_from_frame_to_frame(make_animation: Make, tmp_path: Path) -> None:
    measured = rendered(make_animation(**QUIET), tmp_path / "run", CountingGrays())
    assert [line["flicker"] for line in measured] == pytest.approx([0.0] + [0.1] * 5)
    assert [line["red"] for line in measured] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])


def test_resuming_measures_against_the_last_frame(make_animation: Make, tmp_path: Path) -> None:
    def stops(request: GenerationRequest) -> Tensor:
        if request.frame == 3:
            raise KeyboardInterrupt
        return torch.full((3, 64, 64), request.frame / 10)

    with pytest.raises(KeyboardInterrupt):
        rendered(make_animation(**QUIET), tmp_path / "run", FunctionDiffuser(stops))
    goes_on = FunctionDiffuser(lambda request: torch.full((3, 64, 64), request.frame / 10))
    measured = rendered(make_animation(**QUIET), tmp_path / "run", goes_on)
    assert [line["flicker"] for line in measured] == pytest.approx([0.0] + [0.1] * 5)


def fades_out(request: GenerationRequest) -> Tensor:
    """Full of contrast for 20 frames, then hardly any."""
    contrast = 1.0 if request.frame < 20 else 0.05
    return 0.5 + contrast * torch.linspace(-0.5, 0.5, 64).expand(3, 64, 64)


@pytest.mark.parametrize(("strength", "is_reported"), [({}, True), (CUT, False)])
def test_drift_is_reported_and_a_new_scene_is_not_drift(
    make_animation: Make,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    strength: dict[str, str],
    is_reported: bool,
) -> None:
    animation = make_animation(frames=40, diffusion={"seed": 1, **strength}, **QUIET)
    rendered(animation, tmp_path / "run", FunctionDiffuser(fades_out))
    assert any("contrast is" in record.message for record in caplog.records) is is_reported


def test_a_stopped_film_leaves_a_part_that_plays(make_animation: Make, tmp_path: Path) -> None:
    def stops(request: GenerationRequest) -> Tensor:
        if request.frame == 4:
            raise KeyboardInterrupt
        return torch.full((3, 64, 64), 0.5)

    with pytest.raises(KeyboardInterrupt):
        rendered(make_animation(), tmp_path / "run", FunctionDiffuser(stops))
    (part,) = (tmp_path / "run").glob("untitled.part.*")
    assert count_frames_and_secs(str(part))[0] == 4


def test_run_json_counts_the_frames_of_this_session(make_animation: Make, tmp_path: Path) -> None:
    animation, recorder = make_animation(), Recorder()
    with open_run(animation, tmp_path / "run", resume=False) as run:
        render_run(run, diffuser=recorder, device=CPU, end=4)
    assert facts(tmp_path)["rendered_frames"] == 4
    rendered(animation, tmp_path / "run", recorder)
    assert facts(tmp_path)["rendered_frames"] == 2
    assert [request.frame for request in recorder.asked] == [0, 1, 2, 3, 4, 5]


def facts(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "run" / "run.json").read_text()))


@pytest.mark.parametrize(("frames", "bytes_needed"), [(10, 64 * 64 * 262), (100, 64 * 64 * 1756)])
def test_too_little_space_on_the_disk_gives_a_warning(
    make_animation: Make,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    frames: int,
    bytes_needed: int,
) -> None:
    """2.2 bytes a pixel for each frame; 24 for each of the kept states, of which there are at most 64."""

    def warns(free: int) -> bool:
        caplog.clear()
        monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(free))
        run.warn_if_low_on_space(frames)
        return f"the film may take {size_text(bytes_needed)}; {size_text(free)} are free" in caplog.text

    with caplog.at_level(logging.WARNING), Run.create(tmp_path / "run", make_animation()) as run:
        assert warns(bytes_needed - 10) and not warns(bytes_needed + 10)


@pytest.mark.parametrize("frames", [100, 1599, 1600, 100_000])
def test_at_most_64_checkpoints_are_kept(tmp_path: Path, frames: int) -> None:
    kept = Checkpoints(tmp_path / "states", frames)
    for frame in range(1, frames + 1, max(1, frames // 2000)):
        kept.save(State(frame))
    found = sorted(int(path.stem) for path in (tmp_path / "states").iterdir())
    assert 4 <= len(found) <= 64
    assert min(later - earlier for earlier, later in zip([0, *found], found, strict=False)) >= 24
