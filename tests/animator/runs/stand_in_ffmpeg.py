"""Programs in ffmpeg's place that take the frames of a film late, in part, or not at all."""

from pathlib import Path

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

WAITS = 'while [ ! -e "$open" ]; do [ -e "$gone" ] && exit 1; sleep 0.05; done'
"""Takes no frame before the file `open` is there; ends where a test has ended."""
DIES_ONCE = (
    '[ -e "$open" ] || {{ touch "$open"; head -c {taken} > "$gone"; echo "out of order" >&2; exit 3; }}'
)
"""Takes that many bytes of frames and fails, the first time."""
ALWAYS_DIES = 'echo "out of order" >&2; exit 3'


class StandIn:
    """A program in ffmpeg's place that does something else first where a run's film is encoded.

    Attributes:
        open: File that the program waits for, or leaves.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
        self.open = folder / "open"
        self._gone = folder / "gone"
        program = folder / "ffmpeg"
        files = f"open='{self.open}' gone='{self._gone}'"
        case = f'case "$*" in *rawvideo*untitled.part*) {script};; esac'
        program.write_text(f'#!/bin/sh\n{files}\n{case}\nexec "{get_ffmpeg_exe()}" "$@"\n')
        program.chmod(0o755)
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))

    def begin(self) -> None:
        """Has a program that waits take its frames."""
        self.open.touch()

    def end(self) -> None:
        """Ends a program that still waits."""
        self._gone.touch()
