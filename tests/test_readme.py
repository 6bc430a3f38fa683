"""The shell commands of README, copied in order into a shell, succeed.

A block of commands that cannot run here comes after a comment, `<!-- not run by tests: REASON -->`. A YAML
block that begins with the line `# NAME.yaml` is saved under this name before the commands that follow it run.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(
    r"(?:<!-- not run by tests: (?P<reason>.*?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    reason: str | None


BLOCKS = [
    Block(found["language"], found["text"], found["reason"])
    for found in _BLOCK.finditer((ROOT / "README.md").read_text())
]


def shell(folder: Path) -> dict[str, str]:
    """Returns the environment of a shell where `animator` is installed."""
    command = folder / "bin" / "animator"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m animator "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}


def test_every_block_that_is_not_run_is_one_of_commands_and_has_a_reason() -> None:
    for block in BLOCKS:
        assert block.reason is None or (block.language == "sh" and block.reason.strip())


def test_most_commands_are_run() -> None:
    commands = [
        (line, block.reason) for block in BLOCKS if block.language == "sh" for line in block.text.splitlines()
    ]
    assert len([line for line, reason in commands if reason is None]) > 2 * len(commands) / 3


def test_every_command_is_one_of_the_command_line() -> None:
    listed = subprocess.run([sys.executable, "-m", "animator", "-h"], capture_output=True, text=True).stdout
    commands = re.findall(
        r"^animator ([a-z-]+)", "\n".join(block.text for block in BLOCKS), flags=re.MULTILINE
    )
    assert commands and [name for name in commands if name not in listed.split()] == []


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_commands_run_in_order(tmp_path: Path) -> None:
    environment = shell(tmp_path)
    folder = tmp_path / "animator"
    folder.mkdir()
    shutil.copytree(ROOT / "presets", folder / "presets")
    for block in BLOCKS:
        named = re.match(r"# (\w+\.yaml)\n", block.text)
        if block.language == "yaml" and named:
            (folder / named[1]).write_text(block.text)
        if block.language == "sh" and block.reason is None:
            done = subprocess.run(
                ["bash", "-e", "-o", "pipefail", "-c", block.text],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, f"{block.text}\n{done.stdout}\n{done.stderr}"
