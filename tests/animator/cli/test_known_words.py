"""What the built-in model does not know is named once; a hub id that is out of reach fails at once."""

import logging
from pathlib import Path

import pytest

from animator.models.diffusion.fake import FakeDiffuser
from animator.presets.load import load
from animator.runs.render_run import render_run
from animator.timeline.vocabulary import vocabulary_warnings
from tests.animator.cli.in_process import animator
from tests.fakes import Make

FILM = "size: 64\nframes: 2\ndiffusion: {steps: 1, cadence: 1}\n"
CAT = 'the built-in model does not know "cat", "astronaut", "robot"; it generates mountains, lakes'


@pytest.fixture
def preset(tmp_path: Path) -> Path:
    path = tmp_path / "film.yaml"
    path.write_text(f"{FILM}prompts: {{0: a cat astronaut at dawn --neg dog, 1: a cat robot}}\n")
    return path


def test_check_render_and_batch_warn_once_of_words_that_the_model_does_not_know(
    preset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for args in (
        ("check", preset),
        ("render", preset, "-o", tmp_path / "run"),
        ("batch", preset, preset, "-o", tmp_path / "batch"),
    ):
        code, printed = animator(capsys, *args)
        assert code == 0 and printed.count("does not know") == 1 and CAT in printed
        assert "dog" not in printed and "name another model" in printed


def test_python_warns_unless_it_has_a_model_of_its_own(
    preset: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        render_run(load(preset), tmp_path / "own", diffuser=FakeDiffuser())
        assert "does not know" not in caplog.text
        render_run(load(preset), tmp_path / "run")
        assert caplog.text.count("does not know") == 1


def test_other_models_and_known_words_are_not_warned_of(make_animation: Make) -> None:
    assert vocabulary_warnings(make_animation(prompts="a cat", model="owner/model")) == []
    assert vocabulary_warnings(make_animation(prompts="(a lake:`1+t/9`) <lora:cat:1>")) == []
    assert "does not know" in vocabulary_warnings(make_animation(prompt_suffix="with a cat"))[0]


def test_at_most_eight_words_are_named(make_animation: Make) -> None:
    words = "cat dog robot dragon car unicorn wizard pizza guitar zebra"
    (warning,) = vocabulary_warnings(make_animation(prompts=words))
    assert '"pizza" and 2 more; it' in warning and "guitar" not in warning


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ((), "have it downloaded with --allow-download"),
        (("--allow-download",), "127.0.0.1:9 cannot be"),
    ],
)
def test_a_hub_id_out_of_reach_fails_with_the_reason(
    preset: Path,
    tmp_path: Path,
    options: tuple[str, ...],
    reason: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    code, printed = animator(
        capsys, "render", preset, "--model", "nobody/nothing-at-all", "-o", tmp_path / "run", *options
    )
    assert code == 2 and "no such model in the hub's cache" in printed and reason in printed
    assert "Retrying" not in printed
