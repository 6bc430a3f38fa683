"""Entry points of installed packages, and the environment."""

import importlib
import importlib.metadata
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import animator
from animator.core import plugins, walk
from animator.errors import UserError
from animator.models.folders import VARIABLE, find_file, model_folders
from tests.fuzz.bounded import bounded
from tests.fuzz.damage import damaged
from tests.fuzz.values import TEXT, TEXTS

VALID = b'[animator.steps]\nspoiled = spoiled.module:Step\nother = "x"\n\n[console_scripts]\na = b:c\n'
GROUPS = ("animator.steps", "animator.samplers", "animator.depth", "animator.diffusers", "animator.formats")
LINES_OF_FILES = (
    "[animator.steps]", "[", "]", "[]", "a = b", "spoiled = os:system", "spoiled = sys:exit", "spoiled=:",
    "= x", "a", "spoiled = missing.module:X", "spoiled = json:decoder.JSONDecoder [extra]",
    "\x1b[31m = os:name",
)  # fmt: skip
LINES = st.sampled_from(LINES_OF_FILES) | TEXT
HARMLESS = ("json", "os", "sys")


def _import_harmless(name: str) -> ModuleType:
    """Imports one of a few modules: a name that is damaged may be that of any module on this machine."""
    if name not in HARMLESS:
        raise ModuleNotFoundError(name)
    return importlib.import_module(name)


@given(
    data=st.lists(LINES, max_size=8).map(lambda lines: "\n".join(lines).encode(errors="replace"))
    | damaged(VALID)
)
def test_the_entry_points_of_a_broken_package_are_refused(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "spoiled-1.0.dist-info"
    folder.mkdir(exist_ok=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: spoiled\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_bytes(data)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(importlib.metadata, "import_module", _import_harmless)
    with bounded(UserError):
        for group in GROUPS:
            for name in plugins.names(group):
                plugins.load(group, name)
    with bounded(UserError):
        animator.load({"size": 64, "frames": 2, "steps": [{"use": "spoiled"}], "prompts": "a lake"})


@given(text=st.sampled_from(TEXTS) | st.text())
def test_a_folder_of_models_in_the_environment_may_be_anything(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "MAX_ENTRIES", 100)  # the text may be /
    try:
        monkeypatch.setenv(VARIABLE, text)
    except ValueError:  # no environment holds it
        return
    with bounded(UserError):
        find_file(("a.safetensors",), model_folders())
        animator.load({"size": 64, "frames": 2, "model": "a", "depth": {"model": "a"}, "prompts": "a lake"})
