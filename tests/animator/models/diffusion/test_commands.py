"""Models from the command line: films, listing, refusals."""

import json
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from animator.cli.app import main
from tests.animator.models.diffusion import lora_files, tiny_models

FILM = """\
schema: 1
name: tiny
size: [64, 64]
frames: 3
prompts:
  0: "a cat <lora:ink:`t/2`>"
diffusion:
  strength: 0.5
  steps: 4
  cfg_scale: 4
  seed: 1
  noise_multiplier: "0:(1.05)"
  subseed: 5
  subseed_strength: "0:(0), 2:(0.4)"
  clip_skip: 2
  checkpoint: {0: "", 2: other}
color: {coherence: None}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with models and a preset."""
    place = tmp_path_factory.mktemp("work")
    (place / "models" / "loras").mkdir(parents=True)
    tiny_models.write_folder("sd1", place / "models" / "tiny")
    tiny_models.write_folder("sd1", place / "models" / "other", seed=4)
    tiny_models.write_file("sd1", place / "models" / "tiny-file.safetensors")
    made = lora_files.factors(tiny_models.pipeline("sd1"))
    lora_files.kohya(made, place / "models" / "loras" / "ink.safetensors", 4)
    tensors = load_file(place / "models" / "tiny-file.safetensors")
    torch.save({"state_dict": tensors}, place / "models" / "old.ckpt")
    (place / "film.yaml").write_text(FILM)
    return place


@dataclass(frozen=True)
class Done:
    """Result of a command."""

    returncode: object
    stdout: str
    stderr: str


Animator = Callable[..., Done]


@pytest.fixture
def animator(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Animator:
    """Runs a command in this process, which saves the seconds of starting one."""
    monkeypatch.chdir(place)
    terminate = signal.getsignal(signal.SIGTERM)

    def run(*args: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["animator", *map(str, args)])
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        finally:
            signal.signal(signal.SIGTERM, terminate)
        return Done(code, *capsys.readouterr())

    return run


def test_a_film_of_everything_names_its_models_in_its_record(animator: Animator, place: Path) -> None:
    done = animator("render", "film.yaml", "--model", "tiny", "--device", "cpu", "--out", "run")
    assert done.returncode == 0, done.stderr
    assert len(list((place / "run" / "frames").glob("*.png"))) == 3
    record = json.loads((place / "run" / "run.json").read_text())
    assert [model["name"] for model in record["models"]] == ["tiny", "other"]
    assert all(model["type"] == "StableDiffusionPipeline" for model in record["models"])
    assert all(len(model["sha256"]) == 64 and model["bytes"] > 1e6 for model in record["models"])


def test_models_lists_what_is_found(animator: Animator) -> None:
    done = animator("models", "--no-hashes")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert any(line.startswith("LoRA") and line.endswith("models/loras/ink.safetensors") for line in lines)
    assert any(line.startswith("Stable Diffusion 1 checkpoint") for line in lines)
    assert any(line.startswith("diffusers model") and line.endswith("models/tiny") for line in lines)


@pytest.mark.parametrize(
    ("args", "fragment"),
    [
        (["--model", "tinny"], "did you mean `tiny`"),
        (["--model", "old"], "--allow-pickle"),
        (["--model", "models/loras/ink.safetensors"], "cannot generate images: the file is of kind LoRA"),
        (["--model", "tiny", "--set", "prompts=a <lora:inc:1>"], "did you mean `ink`"),
        (["--model", "tiny", "--set", "diffusion.checkpoint=nothing"], "frame 0: model nothing"),
        (["--model", "tiny", "--set", "diffusion.sampler=Eular"], "did you mean `Euler`"),
        (
            ["--model", "tiny", "--set", "diffusion.vae=nothing"],
            "diffusion.vae: nothing: there is no such file",
        ),
        (
            ["--model", "tiny", "--set", "diffusion.clip_skip=9"],
            "text encoder of the model tiny has 3 layers",
        ),
    ],
)
def test_mistakes_exit_with_2_and_say_what_to_do(
    animator: Animator, place: Path, args: list[str], fragment: str
) -> None:
    done = animator("render", "film.yaml", *args, "--device", "cpu", "--out", place / "never")
    assert done.returncode == 2 and fragment in done.stderr and "Traceback" not in done.stderr


def test_a_ckpt_is_used_if_pickle_is_allowed(animator: Animator) -> None:
    args = ["--frames", 1, "--set", "diffusion.architecture=models/tiny", "--device", "cpu"]
    done = animator("render", "film.yaml", "--model", "old", "--allow-pickle", *args, "--out", "pickled")
    assert done.returncode == 0, done.stderr
