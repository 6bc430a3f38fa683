"""Runs the command line in this process."""

import sys

import pytest

from animator.cli.app import main


def animator(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str]:
    """Returns the exit code, and what was printed to both streams."""
    code: object = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["animator", *map(str, args)])
        try:
            main()
        except SystemExit as end:
            code = end.code
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return int(str(code or 0)), printed.out + printed.err
