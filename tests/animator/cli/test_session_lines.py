"""What a session prints, and when: the line before the first frame, phases, batches of folders."""

import json
from pathlib import Path

import pytest
import torch

from animator.models.diffusion.fake import FakeDiffuser
from animator.models.diffusion.request import GenerationRequest
from animator.presets.load import load
from animator.runs.render_run import render_run
from tests.animator.cli.in_process import animator

PRESET = "name: lake\nsize: 64\nframes: 6\nprompts: a lake\ndiffusion: {steps: 1, seed: 5, cadence: 2}\n"


@pytest.fixture(autouse=True)
def in_a_folder_with_a_preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("film.yaml").write_text(PRESET)


def test_one_line_before_the_first_frame_says_what_comes(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = animator(capsys, "render", "film.yaml", "-o", "run", "--device", "cpu")
    assert code == 0
    (line,) = [line for line in printed.splitlines() if line.startswith("run: ")]
    assert line == (
        "run: model starter on cpu, 3 of 6 frames generated, seed 5; the film so far is run/lake.part.mp4"
    )
    assert printed.index(line) < printed.index("0/6 frames")


def test_a_random_seed_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    _, printed = animator(capsys, "render", "film.yaml", "-o", "run", "--set", "diffusion.seed=-1")
    recorded = load("run/preset.yaml").diffusion.seed
    assert recorded >= 0 and f"seed {recorded};" in printed


def test_the_line_of_a_resumed_run_says_from_where(capsys: pytest.CaptureFixture[str]) -> None:
    animator(capsys, "render", "film.yaml", "-o", "run", "--frames", "0:4")
    for args in (("resume", "run"), ("render", "film.yaml", "-o", "run", "--from", "4")):
        assert "seed 5, from frame 4; the film so far" in animator(capsys, *args)[1]


def test_a_sequence_grows_in_the_folder_of_its_frames(capsys: pytest.CaptureFixture[str]) -> None:
    _, printed = animator(capsys, "render", "film.yaml", "-o", "run", "--set", "output.format=png")
    assert "the film so far is run/frames" in printed


def test_phases_after_the_last_frame_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    large = ("--set", "upscaling={enabled: true, model: lanczos, factor: 2}")
    between = ("--set", "frame_interpolation={engine: flow}")
    _, printed = animator(capsys, "render", "film.yaml", "-o", "run", *large, *between)
    phases = [line.removeprefix("lake: ") for line in printed.splitlines() if line.startswith("lake: ")]
    assert [phase for phase in phases if "/" not in phase] == ["encoding", "enlarging", "interpolating"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_batch_takes_a_folder_and_counts_in_total(
    jobs: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("animator.batch.progress.LINE_SECONDS", 0.0)
    folder = Path("mine")
    (folder / "below").mkdir(parents=True)
    for name in ("b", "a"):
        (folder / f"{name}.yaml").write_text(PRESET)
    (folder / "settings.txt").write_text(json.dumps({"max_frames": 2, "W": 64, "H": 64, "steps": 1}))
    (folder / "colors.txt").write_text("red\ngreen\n")
    (folder / "colors.yaml").write_text("colors: [red, green]\n")
    (folder / "notes.md").write_text("# notes\n")
    code, printed = animator(capsys, "batch", folder, "-o", "out", "--jobs", jobs)
    assert code == 0 and "3 finished" in printed
    assert [path.name for path in sorted(Path("out").iterdir()) if path.is_dir()] == ["a", "b", "settings"]
    assert "batch, 0 of 3 films, " in printed and "/14 frames, ETA" in printed


def test_a_folder_without_presets_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty").mkdir()
    code, printed = animator(capsys, "batch", "empty")
    assert code == 2 and "empty: is a folder without a preset; expected" in printed


def test_continue_is_another_word_for_resume(capsys: pytest.CaptureFixture[str]) -> None:
    for args in (("render", "film.yaml", "-o", "run"), ("batch", "film.yaml", "-o", "out")):
        assert animator(capsys, *args)[0] == 0
        assert animator(capsys, *args)[0] == 2
        code, printed = animator(capsys, *args, "--continue")
        assert code == 0 and "warning: --continue" not in printed


class Brightening:
    """Diffuser whose images are as bright as its schedule says."""

    def __init__(self, levels: dict[int, float]) -> None:
        self._levels = levels

    def generate(self, request: GenerationRequest) -> torch.Tensor:
        level = max(frame for frame in self._levels if frame <= request.frame)
        noise = FakeDiffuser().generate(request) * 0.05
        return (noise + self._levels[level]).clamp(0, 1)


DRIFTING = {
    "size": 64,
    "frames": 60,
    "diffusion": {"seed": 1, "steps": 1},
    "color": {"coherence": "none"},
    "noise": {"amount": 0},
}


@pytest.mark.parametrize(
    ("settings", "is_drift"),
    [
        ({"prompts": "a lake"}, True),
        ({"prompts": {0: "a lake", 30: "a lake at night"}}, False),
        ({"prompts": {0: "a lake", 55: "a lake at night"}}, True),
        ({"prompts": {0: "a lake", 28: "a lake at night"}}, False),
        ({"prompts": {0: "a lake", 59: "night"}, "prompt_morph": "linear"}, False),
        ({"prompts": "a lake", "mode": "interpolation"}, False),
    ],
)
def test_drift_is_what_changes_within_a_prompts_stretch(
    settings: dict[str, object], is_drift: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    film = load({**DRIFTING, **settings})
    render_run(film, tmp_path / "run", diffuser=Brightening({0: 0.1, 30: 0.8}), device="cpu")
    assert ("the film gets brighter" in caplog.text) is is_drift


def test_a_preview_is_not_watched_for_drift(capsys: pytest.CaptureFixture[str]) -> None:
    Path("film.yaml").write_text(f"{PRESET}motion: {{zoom: 1.2, border: zeros, translation_x: 9}}\n")
    code, printed = animator(capsys, "preview", "film.yaml", "-o", "p", "--set", "frames=40")
    assert code == 0 and "beginning" not in printed and "gets" not in printed
