"""`DeforumOutdir`: a folder in which the files of a run also have the names that Deforum gives them.

Programs made for Deforum look for `{timestring}_000000003.png`, `{timestring}.mp4` and the like. The files
are hard links to those of the run or, where the file system has none, copies.
"""

import json
import logging
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from animator.core.atomic import append, atomic_write
from animator.core.make_folder import make_folder
from animator.core.read import UnreadableError, read_text
from animator.errors import ChooseOutput, RunError
from animator.presets.deforum.batch_name import film_name
from animator.presets.deforum.table import MAPPED, ROWS
from animator.presets.deforum.versions import unwrap
from animator.runs.deforum_names import frame_name, output_names, settings_name
from animator.runs.run import Run
from animator.runs.sink import NumberedSink, Sink

log = logging.getLogger(__name__)
TIME = "%Y%m%d%H%M%S"
_TRIES = 100_000
_MAX_RECORD = 1_000_000_000


@dataclass(frozen=True)
class DeforumOutdir:
    """The files of one run under Deforum's names.

    Attributes:
        folder: Where they are; other runs may have theirs there, too.
        timestring: When the run began, to the second; all their names begin with it.
    """

    folder: Path
    timestring: str

    @classmethod
    def claim(cls, root: Path, settings: Mapping[str, Any], began: datetime) -> "DeforumOutdir":
        """Returns the place of a new run, in a folder named by `batch_name`; creates the folder.

        Args:
            root: The folder above.
            settings: Deforum's settings.
            began: When the run began; a later second is taken where another one has this.

        Raises:
            RunError: The folder cannot be created, or is a link.
        """
        known = {row.name: row.default for row in MAPPED} | dict(unwrap(settings))
        template = str(known["batch_name"] or ROWS["batch_name"].default)
        for second in range(_TRIES):
            timestring = (began + timedelta(seconds=second)).strftime(TIME)
            place = cls(root / film_name(template, known, timestring), timestring)
            place._make_folder()
            if place._begin():
                return place
        raise RunError(f"{root}: holds too many runs of this time", ChooseOutput())

    def open_sink(self, run: Run, first: int) -> Sink:
        """Opens the sink that gives each frame its name; those finished earlier come first.

        Raises:
            RunError: A file is in the way, or the folder cannot be written.
        """
        self._make_folder()
        for leftover in self.folder.glob(f".{self.timestring}-*.part"):
            leftover.unlink(missing_ok=True)
        return NumberedSink(
            lambda frame: self.add(run.frame_path(frame), frame_name(self.timestring, frame)), first
        )

    def write_settings(self, text: str) -> None:
        """Writes the settings file, unless somebody has edited the one that is there.

        Raises:
            RunError: The folder cannot be written.
        """
        target = self.folder / settings_name(self.timestring)
        if os.path.lexists(target) and not self._record.has(target):
            log.warning("%s: was changed since the run wrote it, and is left as it is", target)
            return
        try:
            atomic_write(target, text.encode())
            self._record.add(target)
        except OSError as error:
            raise _cannot_write(target, error) from error

    def add_outputs(self, run: Run) -> None:
        """Gives the videos and subtitles that a run has made their names.

        Raises:
            RunError: A file is in the way, or the folder cannot be written.
        """
        for source, name in output_names(run.folder, run.animation, self.timestring):
            if source.is_file() and not source.is_symlink():
                self.add(source, name)

    def add(self, source: Path, name: str) -> None:
        """Gives a file of the run a name here.

        Raises:
            RunError: A file that is not of this run is in the way, or the folder cannot be written.
        """
        target = self.folder / name
        try:
            if not _is_up_to_date(target, source):
                self._check(target)
                self._replace(target, source)
            if not self._record.has(target):
                self._record.add(target)
        except OSError as error:
            raise _cannot_write(target, error) from error

    @cached_property
    def _record(self) -> "_Record":
        return _Record(self.folder / f".{self.timestring}.jsonl")

    def _make_folder(self) -> None:
        if self.folder.is_symlink():
            raise RunError(f"{self.folder}: is a symbolic link; expected a folder", ChooseOutput())
        make_folder(self.folder)

    def _begin(self) -> bool:
        """Begins the record of this run; returns False where the time is taken."""
        try:
            if any(file.name.startswith(self.timestring) for file in self.folder.iterdir()):
                return False
            os.close(os.open(self._record.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        except FileExistsError:
            return False
        except OSError as error:
            raise _cannot_write(self.folder, error) from error
        return True

    def _check(self, target: Path) -> None:
        """Checks that there is nothing, or a file that this run left there."""
        if os.path.lexists(target) and not self._record.has(target):
            raise RunError(
                f"{target}: is not a file of this run, or was changed since; move it out of the way"
            )

    def _replace(self, target: Path, source: Path) -> None:
        partial = target.with_name(f".{self.timestring}-{secrets.token_hex(8)}.part")
        try:
            _link_or_copy(source, partial)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


class _Record:
    """The files that a run has left, with size and time: what has changed since is somebody else's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._files = _read(path)

    def has(self, file: Path) -> bool:
        """Returns True for a file as the run left it."""
        return not file.is_symlink() and file.is_file() and self._files.get(file.name) == _state(file)

    def add(self, file: Path) -> None:
        """Adds a file as it is."""
        self._files[file.name] = _state(file)
        append(self.path, f"{json.dumps([file.name, *_state(file)])}\n".encode())


def _read(path: Path) -> dict[str, tuple[int, int]]:
    """Returns the files of a record; what a killed process did not write to its end does not count."""
    try:
        lines = read_text(path, _MAX_RECORD).splitlines() if path.exists() else []
    except UnreadableError as error:
        raise RunError(f"{path}: {error}; expected what a run has written there") from error
    return dict(entry for line in lines if (entry := _entry(line)) is not None)


def _entry(line: str) -> tuple[str, tuple[int, int]] | None:
    try:
        name, size, time = json.loads(line)
    except (ValueError, TypeError):
        return None
    return str(name), (size, time)


def _state(file: Path) -> tuple[int, int]:
    facts = file.stat()
    return facts.st_size, facts.st_mtime_ns


def _is_up_to_date(target: Path, source: Path) -> bool:
    """Returns True where the target is a link to the source, or a copy of it."""
    if target.is_symlink() or not target.is_file():
        return False
    return target.samefile(source) or _state(target) == _state(source)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, a file system without links, too many of them
        shutil.copy2(source, target)


def _cannot_write(path: Path, error: OSError) -> RunError:
    return RunError(f"{path}: cannot be written: {error.strerror}", ChooseOutput())
