"""Films without a preset: `--prompt` and the other shorthands."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from animator.presets import yaml_text
from animator.presets.from_prompt import MAX_NAME_BYTES, film_of_prompts, name_of
from animator.presets.load import resolve
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.animator.cli.in_process import animator

TINY = ("--size", "64", "--steps", "1", "--frames", "2")
PRESET = "size: 64\nframes: 2\nprompts: a lake\ndiffusion: {steps: 1, seed: 1}\n"


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def settings_of(run: str) -> Mapping[str, Any]:
    (preset,) = Path("renders").glob(f"{run}/*/preset.yaml")
    return yaml_text.read(preset.read_text(), "preset").values


def test_a_prompt_makes_a_film_named_after_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = animator(
        capsys, "render", "--prompt", "A lake at dawn!", *TINY, "--negative", "fog", "--seed", 5, "--cfg", 2.5
    )
    assert code == 0
    (film,) = Path("renders/a-lake-at-dawn").glob("*/a-lake-at-dawn.mp4")
    assert str(film) in printed
    settings = settings_of("a-lake-at-dawn")
    assert (settings["size"], settings["frames"], settings["negative_prompt"]) == ([64, 64], 2, "fog")
    assert settings["diffusion"]["seed"] == 5 and settings["diffusion"]["cfg_scale"] == 2.5


def test_several_prompts_take_turns_and_less_is_kept_after_each_change() -> None:
    film = resolve(film_of_prompts(["a lake", "a desert", "a city"]))
    plans = list(Timeline(film))
    assert [plan.frame for plan in plans if plan.prompt != plans[max(plan.frame - 1, 0)].prompt] == [32, 64]
    kept = [plan.diffusion.strength for plan in plans]
    assert kept[31] == 0.6 and kept[32] == pytest.approx(0.4) and kept[63] > 0.59 and kept[64] < 0.41
    assert film.color.reference == "prompt"


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_a_short_film_of_many_prompts_is_sound(frames: int) -> None:
    draft = film_of_prompts(["a lake", "a desert", "a city", "a hill"])
    film = resolve(draft).with_(frames=frames)
    assert all(0 <= plan.diffusion.strength <= 1 for plan in Timeline(film))


def test_the_camera_moves_gently() -> None:
    plans = list(Timeline(resolve(film_of_prompts(["a lake"]))))
    assert all(1.0 < plan.motion.zoom < 1.02 for plan in plans)
    assert max(abs(plan.motion.translation_x) for plan in plans) > 0.3


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("a lake at dawn", "a-lake-at-dawn"),
        ("(A Lake:1.3), <lora:x:0.5> dawn --neg fog", "a-lake-dawn"),
        ("../../etc/passwd", "etc-passwd"),
        ("🎉", "film"),
        ("con", "con-film"),
        ("Straße in Köln", "straße-in-köln"),
    ],
)
def test_the_name_of_a_prompt(prompt: str, name: str) -> None:
    assert name_of(prompt) == name


@pytest.mark.parametrize("prompt", ["word " * 100, "x" * 500, "湖" * 500, ". . ."])
def test_names_of_prompts_are_short_and_fit_in_file_systems(prompt: str) -> None:
    assert 0 < len(name_of(prompt).encode()) <= MAX_NAME_BYTES
    assert Animation(name=name_of(prompt)).name == name_of(prompt)


def test_shorthands_override_a_preset(capsys: pytest.CaptureFixture[str]) -> None:
    Path("film.yaml").write_text(PRESET)
    code, _ = animator(
        capsys, "render", "film.yaml", "--prompt", 'a "red" desert', "--fps", 8, "--set", "name=mine"
    )
    assert code == 0
    settings = settings_of("mine")
    assert (settings["prompts"], settings["fps"]) == (['a "red" desert'], 8.0)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--seed", "5", "--set", "diffusion.seed=6"], "--seed 5 and --set diffusion.seed=6 both give"),
        (["--prompt", "a", "--set", "prompts=b"], "--prompt and --set prompts=b both give prompts; leave"),
        (["--frames", "3", "--set", "frames=4"], "--frames 3 and --set frames=4 both give frames"),
        (["--cfg", "many"], "--cfg many: diffusion.cfg_scale:"),
        (["--size", "65"], "--size 65: size"),
        (["--seed", "-7"], "--seed -7: diffusion.seed: "),
        (["--steps", "0"], "--steps 0: diffusion.steps:"),
        (["--model", "no/such/thing.ckpt"], "model no/such/thing.ckpt: there is no such folder or file"),
        (["--prompt", " "], "--prompt is empty; expected what the film shows"),
        (["--frames", "0"], "--frames 0: frames: "),
    ],
)
def test_wrong_and_conflicting_shorthands_are_named_as_typed(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("film.yaml").write_text(PRESET)
    code, printed = animator(capsys, "render", "film.yaml", *args)
    assert code == 2 and message in printed
    assert not Path("renders").exists()


def test_without_anything_to_render_the_prompt_is_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = animator(capsys, "render", "--seed", 3)
    assert code == 2 and "nothing to render. Give what to show as --prompt 'a lake at dawn'" in printed
    code, printed = animator(capsys, "render", "a lake at dawn")
    assert code == 2 and "If it is a prompt: animator render --prompt 'a lake at dawn'" in printed


def test_a_prompt_that_looks_like_yaml_or_json_stays_text(capsys: pytest.CaptureFixture[str]) -> None:
    for number, prompt in enumerate(["yes", "12", "lake: dawn", "[a, b]", "a # b"]):
        code, _ = animator(
            capsys, "render", "--prompt", prompt, *TINY, "--frames", 1, "--set", f"name=f{number}"
        )
        assert code == 0 and json.dumps(settings_of(f"f{number}")["prompts"]) == json.dumps([prompt])


def test_the_run_of_a_prompt_is_resumed(capsys: pytest.CaptureFixture[str]) -> None:
    for more in ((), ("--continue",)):
        assert animator(capsys, "render", "--prompt", "a lake", *TINY, *more)[0] == 0
    assert len(list(Path("renders/a-lake").iterdir())) == 1
