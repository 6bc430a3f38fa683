"""Example presets: found by name, listed, copied."""

import subprocess
import sys
from pathlib import Path

import pytest

from animator import load
from animator.presets.examples import examples, find_preset
from tests.animator.cli.in_process import animator

NAMES = [example.name for example in examples()]


def test_the_examples_of_the_repository_are_found() -> None:
    assert set(NAMES) == {path.stem for path in Path("presets").glob("*.yaml")}


@pytest.mark.parametrize("example", examples(), ids=NAMES)
def test_every_example_says_in_one_line_what_it_shows(example: object) -> None:
    summary = str(getattr(example, "summary", ""))
    assert 20 < len(summary) < 120 and "\n" not in summary


def test_presets_lists_every_example(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = animator(capsys, "presets")
    assert code == 0
    assert all(any(line.startswith(f"{name} ") for line in printed.splitlines()) for name in NAMES)


def test_a_command_finds_an_example_by_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, printed = animator(capsys, "check", "quickstart")
    assert code == 0 and "quickstart: ok" in printed
    assert load(Path("quickstart")).name == "quickstart"


def test_a_file_of_that_name_comes_before_the_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("quickstart").write_text("schema: 1\n")
    assert find_preset(Path("quickstart")) == Path("quickstart")


@pytest.mark.parametrize("name", ["quikstart", "quickstart.yaml"])
def test_a_missing_preset_names_what_there_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, printed = animator(capsys, "render", name)
    assert code == 2
    assert "Did you mean `quickstart`?" in printed and "flight" in printed and "animator presets" in printed


@pytest.mark.parametrize("name", NAMES)
def test_a_new_preset_is_the_example_with_its_files(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert animator(capsys, "new", "films/my.yaml", "--from", name)[0] == 0
    code, printed = animator(capsys, "check", "films/my.yaml")
    assert code == 0, printed
    assert Path("films/my.yaml").read_text().startswith("# ")


def test_new_replaces_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my.yaml").write_text("mine")
    code, printed = animator(capsys, "new", "my.yaml")
    assert code == 2 and "exists and is left as it is" in printed
    assert Path("my.yaml").read_text() == "mine"


def test_new_does_not_replace_a_file_of_the_example(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pictures").mkdir()
    Path("pictures/sky.png").write_text("mine")
    code, printed = animator(capsys, "new", "my.yaml", "--from", "mask")
    assert code == 2 and "sky.png" in printed
    assert not Path("my.yaml").exists() and Path("pictures/sky.png").read_text() == "mine"


def test_new_from_an_unknown_example_lists_them(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, printed = animator(capsys, "new", tmp_path / "my.yaml", "--from", "fligth")
    assert code == 2 and "Did you mean `flight`?" in printed


def test_samplers_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = animator(capsys, "samplers")
    assert code == 0 and "DPM++ 2M" in printed and "Karras" in printed


def test_depth_networks_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = animator(capsys, "depth-models")
    assert code == 0 and "starter" in printed and "midas-small" in printed and "MIT" in printed


@pytest.mark.parametrize("option", ["-h", "-V"])
def test_the_package_is_a_command(option: str) -> None:
    done = subprocess.run([sys.executable, "-m", "animator", option], capture_output=True, text=True)
    assert done.returncode == 0 and "animator" in done.stdout.lower()
