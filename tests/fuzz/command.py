"""Runs the command line in this process, in a copy of a folder, as a reader of what is in it."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from animator.cli.app import main
from animator.errors import ModelError
from tests.fuzz.bounded import bounded


@dataclass(frozen=True)
class Printed:
    """What a command printed, and its exit code."""

    code: Any
    out: str
    err: str


class Command:
    """Runs commands within the bounds of a reader; no model opens.

    Args:
        monkeypatch: Sets the arguments and the working directory.
        capsys: Captures what is printed.
        folder: In which the copies are made.
    """

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
    ) -> None:
        self.here = folder / "here"
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def copy(self, files: Path) -> Path:
        """Returns a fresh copy of a folder, which becomes the working directory."""
        shutil.rmtree(self.here, ignore_errors=True)
        shutil.copytree(files, self.here, symlinks=True)
        self._monkeypatch.chdir(self.here)
        return self.here

    def run(self, *args: str) -> Printed:
        """Runs a command; it ends with one of the exit codes, and without a traceback."""
        self._monkeypatch.setattr(sys, "argv", ["animator", *args])
        code: Any = 0
        with bounded(folder=self.here):
            try:
                main(no_model)
            except SystemExit as end:
                code = end.code or 0
        out, err = self._capsys.readouterr()
        assert code in (0, 1, 2) and "Traceback" not in err
        return Printed(code, out, err)


def no_model(*_: Any, **__: Any) -> Any:
    """Opens no model."""
    raise ModelError("this test renders nothing")
