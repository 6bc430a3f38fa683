"""`RunLog`: what was logged while a run was rendered, a line of JSON for each message. Loads no torch."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path

from animator.core.atomic import append, atomic_write
from animator.core.json_text import parse_json
from animator.core.log_collector import LogCollector, LogEntry
from animator.core.read import UnreadableError, read_bytes
from animator.errors import ChooseOutput, RunError

LOG = "log.jsonl"
"""The file, in a run folder, of its messages."""
MAX_BYTES = 1_000_000
"""Largest size. The first messages of a session stay; those of earlier sessions make room."""
_FIRST = b'{"time": "'
"""The beginning of every line."""


@dataclass(frozen=True)
class RunLog:
    """The messages of a run.

    Attributes:
        path: The file; missing where nothing was logged.
    """

    path: Path

    def read(self) -> tuple[LogEntry, ...]:
        """Returns the messages of all sessions, oldest first; broken lines are skipped.

        Raises:
            RunError: The file cannot be read.
        """
        entries: list[LogEntry] = []
        for line in self._lines():
            with suppress(ValueError):
                entries.append(_entry(parse_json(line)))
        return tuple(entries)

    def check(self) -> None:
        """Checks that the file is one of ours, if there is one.

        Raises:
            RunError: It is another program's, or cannot be read.
        """
        data = b"\n".join(self._lines()[:1])
        if data and not (data.startswith(_FIRST) or _FIRST.startswith(data)):
            raise RunError(
                f"{self.path}: is not the log of a run, and messages would be added to it; move it",
                ChooseOutput(),
            )

    def take(self, collected: LogCollector) -> None:
        """Has the messages of a session written here, those collected so far and all further ones.

        Raises:
            RunError: See `check`.
            OSError: The file cannot be written.
        """
        self.check()
        self._make_room()
        collected.bind(self._append)

    def _append(self, entry: LogEntry) -> None:
        line = f"{json.dumps(asdict(entry))}\n".encode()
        size = self.path.stat().st_size if self.path.exists() else 0
        if size + len(line) <= MAX_BYTES:
            append(self.path, line)

    def _make_room(self) -> None:
        """Drops the oldest lines of a file that is more than half full, and a line that a kill has torn."""
        lines = self._lines()
        whole = lines[:-1] if lines and not lines[-1].endswith(b"\n") else lines
        sizes = accumulate(map(len, reversed(whole)))
        kept = sum(size <= MAX_BYTES // 2 for size in sizes)
        if kept < len(lines):
            atomic_write(self.path, b"".join(whole[len(whole) - kept :]))

    def _lines(self) -> list[bytes]:
        """Returns the lines of the file, with their ends; none where there is no file."""
        if not self.path.exists():
            return []
        try:
            return read_bytes(self.path, 2 * MAX_BYTES).splitlines(keepends=True)
        except UnreadableError as error:
            raise RunError(f"{self.path}: {error}; move it, the film can be resumed without it") from error


def _entry(values: object) -> LogEntry:
    """Returns the entry of a line.

    Raises:
        ValueError: It is none.
    """
    names = ("time", "level", "message")
    texts = [values.get(name) for name in names] if isinstance(values, dict) else []
    time, level, message = [text for text in texts if isinstance(text, str)]  # a ValueError where one is none
    return LogEntry(time, level, message)
