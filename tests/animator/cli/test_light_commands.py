"""What commands load: those that render nothing no torch, a render with the built-in model no diffusers."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PRESET = "presets/quickstart.yaml"
NETWORKS = {"torch", "torchvision", "diffusers", "transformers", "timm", "sympy", "cv2"}
PROGRAM = """
import atexit, sys
from animator.cli.entry import main

atexit.register(lambda: print("MODULES", *sys.modules))
main()
"""


def loaded_by(*args: str | Path) -> set[str]:
    """The modules that a command has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, args)], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return set(done.stdout.rsplit("MODULES ", 1)[1].split())


@pytest.mark.parametrize(
    "command",
    [
        ("--help",),
        ("check", PRESET),
        ("timeline", PRESET),
        ("presets",),
        ("models",),
        ("schema",),
        ("samplers",),
        ("depth-models",),
        ("export", PRESET),
        ("camera", PRESET),
    ],
    ids=lambda command: command[0],
)
def test_a_command_that_renders_nothing_loads_no_network(command: tuple[str, ...]) -> None:
    assert not loaded_by(*command) & NETWORKS


@pytest.mark.parametrize("command", ["check", "timeline"])
def test_a_film_without_sound_and_downloads_loads_nothing_for_them(command: str) -> None:
    assert not loaded_by(command, PRESET) & {"urllib.request", "ssl", "animator.sound.hear"}


def test_the_built_in_model_renders_without_the_libraries_of_others(tmp_path: Path) -> None:
    small = ("--set", "frames=1", "--set", "size=[64,64]", "--set", "diffusion.steps=2")
    loaded = loaded_by("render", PRESET, "--threads", "1", "-o", tmp_path / "film", *small)
    assert "torch" in loaded
    assert not loaded & {"diffusers", "transformers", "torchvision", "timm", "sympy", "torch._dynamo"}
