"""The examples of README and the pages work as shown."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import animator
from animator.presets import yaml_text
from animator.presets.load import load
from animator.timeline.timeline import Timeline

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def run(code: str, folder: Path) -> str:
    """Returns what the code prints."""
    command = [sys.executable, "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_first_preset_is_sound(tmp_path: Path) -> None:
    (text,) = [block for block in blocks("yaml") if "frames:" in block]
    (tmp_path / "film.yaml").write_text(text)
    assert len(Timeline(load(tmp_path / "film.yaml"))) == 96


def test_the_library_example_runs(tmp_path: Path) -> None:
    (code,) = blocks("python")
    shutil.copytree(ROOT / "presets", tmp_path / "presets")
    *progress, made, _, _, _, last = run(code, tmp_path).splitlines()
    assert [line.split()[0] for line in progress] == ["0", "1", "2", "3", "4"]
    assert made == "renders/short/quickstart.mp4 4" and (tmp_path / made.split()[0]).exists()
    assert last == "3 1.05 (3, 64, 64)"


def test_images_and_links_exist() -> None:
    for target in re.findall(r"\]\(((?!http)[^)#]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(((?!http)[^)#]+)[^)]*\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_every_page_is_in_the_index() -> None:
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    listed = re.findall(
        r"^- \[.*?\]\(([a-z_]+\.md)\)", (ROOT / "docs" / "index.md").read_text(), re.MULTILINE
    )
    assert sorted(listed) == sorted(pages)


def test_every_public_name_is_on_the_page_for_python() -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    cells = "\n".join(re.findall(r"^\| (`.*?) \|", page, re.MULTILINE))
    assert sorted(re.findall(r"`(\w+)", cells)) == animator.__all__


def test_the_examples_on_the_page_for_python_run(tmp_path: Path) -> None:
    film, images = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "api.md").read_text(), re.DOTALL)
    shutil.copytree(ROOT / "presets", tmp_path / "presets")
    assert run(film, tmp_path).split() == ["renders/four/quickstart.mp4", "4"]
    assert run(images, tmp_path).split() == ["lake-7.png", "lake-8.png"]


def test_the_example_on_the_page_for_jobs_runs(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "jobs.md").read_text(), re.DOTALL)
    shutil.copytree(ROOT / "presets", tmp_path / "presets")
    (tmp_path / "jobs.py").write_text(code)  # a file, which the workers import
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "jobs.py"], capture_output=True, text=True, cwd=tmp_path, env=environment
    )
    assert done.stdout.splitlines() == [
        "untitled succeeded untitled.mp4",
        "quickstart succeeded quickstart.mp4",
    ], done.stderr


def test_the_page_on_architecture_lists_the_layers_from_top_to_bottom() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    listed = re.findall(r"^\| `(\w+)(?:/|\.py)` \|", page, re.MULTILINE)
    layers = (ROOT / ".importlinter").read_text().split("layers =\n")[1].split("\n\n")[0]
    assert listed == [
        name for name in re.findall(r"\w+", layers) if name not in ("__main__", "starter", "_version")
    ]


@pytest.mark.parametrize("page", ["architecture.md", "extending.md", "plugins.md", "steps.md"])
def test_files_that_pages_name_exist(page: str) -> None:
    named = re.findall(r"`((?:animator|schedules|tests)/[\w/.]+)`", (ROOT / "docs" / page).read_text())
    new = {"animator/loop/steps/negative.py", "tests/animator/loop/steps/test_negative.py"}
    assert [name for name in named if name not in new and not (ROOT / name).exists()] == []


WRAPPED = [page for page in (ROOT / "README.md", *PAGES) if page.name not in ("parameters.md", "starter.md")]


@pytest.mark.parametrize("page", WRAPPED, ids=lambda page: page.name)
def test_lines_of_text_are_wrapped(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    assert [line for line in text.splitlines() if len(line) > 120 and not line.startswith("|")] == []


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    listed = text.split("dependencies = [")[1].split("]\n")[0]
    for name in re.findall(r'"([a-z0-9-]+)', listed):
        assert name in README, f"{name} is not in README's table"


@pytest.mark.parametrize("path", sorted((ROOT / "presets").glob("*.yaml")), ids=lambda p: p.stem)
def test_presets_say_what_they_are(path: Path) -> None:
    assert path.read_text().startswith("#")
    assert yaml_text.read(path.read_text(), path.name).values["schema"] == 1
