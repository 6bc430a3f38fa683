"""What README shows works as shown."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from animator.presets import yaml_text
from animator.presets.load import load
from animator.timeline.timeline import Timeline

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_first_preset_is_sound(tmp_path: Path) -> None:
    (text,) = [block for block in blocks("yaml") if "frames:" in block]
    (tmp_path / "film.yaml").write_text(text)
    assert len(Timeline(load(tmp_path / "film.yaml"))) == 96


def test_the_library_example_runs(tmp_path: Path) -> None:
    (code,) = blocks("python")
    shutil.copytree(ROOT / "presets", tmp_path / "presets")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr
    *progress, made, _, _, _, last = done.stdout.splitlines()
    assert [line.split()[0] for line in progress] == ["0", "1", "2", "3", "4"]
    assert made == "renders/short/quickstart.mp4 4" and (tmp_path / made.split()[0]).exists()
    assert last == "3 1.05 (3, 64, 64)"


def test_pictures_and_links_exist() -> None:
    for target in re.findall(r"\]\(((?!http)[^)#]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(((?!http)[^)#]+)[^)]*\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    listed = text.split("dependencies = [")[1].split("]\n")[0]
    for name in re.findall(r'"([a-z0-9-]+)', listed):
        assert name in README, f"{name} is not in README's table"


@pytest.mark.parametrize("path", sorted((ROOT / "presets").glob("*.yaml")), ids=lambda p: p.stem)
def test_presets_say_what_they_are(path: Path) -> None:
    assert path.read_text().startswith("#")
    assert yaml_text.read(path.read_text(), path.name).values["schema"] == 1
