"""Tests of the limits: a fuzz test that notices nothing finds nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.bounded import bounded


def test_a_foreign_error_and_a_forbidden_deed_are_noticed(tmp_path: Path) -> None:
    with bounded(ValueError):
        raise UnicodeError
    with pytest.raises(KeyError), bounded(ValueError):
        raise KeyError
    with pytest.raises(AssertionError, match=r"stray\.txt"), bounded():
        (tmp_path / "stray.txt").write_text("")
    with bounded(folder=tmp_path):
        (tmp_path / "ours.txt").write_text("")
    with pytest.raises(AssertionError, match=r"subprocess\.Popen"), bounded():
        subprocess.run([sys.executable, "--version"], check=True, capture_output=True)


def test_endless_work_and_endless_memory_are_noticed() -> None:
    with pytest.raises(AssertionError, match="took more than"), bounded(Exception):
        while True:
            pass
    if Path("/proc/self/statm").exists():
        with pytest.raises(MemoryError), bounded():
            bytearray(4_000_000_000)
