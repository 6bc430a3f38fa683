"""What commands load: those that render nothing no torch, a render with the built-in model no diffusers."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PRESET = "presets/quickstart.yaml"
NETWORKS = {"torch", "torchvision", "diffusers", "transformers", "timm", "sympy", "cv2"}
PROGRAM = """
import atexit, gc, sys
from animator.cli.entry import main

def collections():
    return gc.get_stats()[0]["collections"]

before = collections()
atexit.register(lambda: print("MODULES", *sys.modules, "COLLECTIONS", collections() - before))
main()
"""


def loaded_by(*args: str | Path) -> set[str]:
    """The modules that a command has loaded when it ends."""
    return set(end_of(*args)[0])


def end_of(*args: str | Path) -> tuple[list[str], int]:
    """The modules that a command has loaded when it ends, and how often the garbage collector ran."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, args)], capture_output=True, text=True, cwd=ROOT, check=True
    )
    modules, _, collections = done.stdout.rsplit("MODULES ", 1)[1].partition("COLLECTIONS")
    return modules.split(), int(collections)


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


def test_a_list_of_the_examples_loads_no_settings_and_no_schedules() -> None:
    assert not loaded_by("presets") & {"animator.settings", "schedules", "numpy", "yaml"}


@pytest.mark.parametrize(
    "command",
    [("check", PRESET), ("timeline", PRESET, "--format", "json")],
    ids=lambda command: command[0],
)
def test_a_preset_that_names_no_image_and_comes_from_no_other_program_loads_neither(
    command: tuple[str, ...],
) -> None:
    others = {"PIL", "rich", "animator.presets.deforum", "numpy.polynomial"}
    assert not loaded_by(*command) & others


def test_the_garbage_collector_hardly_runs_while_a_command_loads() -> None:
    _, collections = end_of("timeline", PRESET, "--format", "json")
    assert collections < 40  # there are hundreds with Python's own threshold


@pytest.mark.parametrize("command", ["check", "timeline"])
def test_a_film_without_sound_and_downloads_loads_nothing_for_them(command: str) -> None:
    assert not loaded_by(command, PRESET) & {"urllib.request", "ssl", "animator.sound.hear"}


def test_the_built_in_model_renders_without_the_libraries_of_others(tmp_path: Path) -> None:
    small = ("--set", "frames=1", "--set", "size=[64,64]", "--set", "diffusion.steps=2")
    loaded = loaded_by("render", PRESET, "--threads", "1", "-o", tmp_path / "film", *small)
    assert "torch" in loaded
    assert not loaded & {"diffusers", "transformers", "torchvision", "timm", "sympy", "torch._dynamo"}
