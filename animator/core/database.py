"""`Database`: an SQLite file that several programs use at once."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from animator.core.make_folder import make_folder
from animator.errors import AnimatorError, RunError

BUSY_S = 30.0
"""How long one program waits for another's transaction."""
Values = Sequence[Any] | Mapping[str, Any]


@dataclass(frozen=True)
class Schema:
    """What a database holds.

    Attributes:
        name: What messages call it, such as "a job store".
        tables: Statements that create the tables where they are not there.
        version: Written into the file; one of another version is refused instead of misread.
        error: Raised where the file cannot be read or written.
    """

    name: str
    tables: str
    version: int
    error: type[AnimatorError]


class Database:
    """An SQLite file; the threads of a program take turns with its one connection.

    Its methods raise the error of the schema where the file cannot be read or written.

    Args:
        path: The file; it and its folder are created where they are not there.
        schema: What it holds.

    Raises:
        RunError: The file cannot be created, is a link, is no database, or has another version.
    """

    def __init__(self, path: Path, schema: Schema) -> None:
        self._path = path
        self._schema = schema
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._changes = 0
        make_folder(path.parent)
        for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            if file.is_symlink():
                raise RunError(
                    f"{file}: is a symbolic link; expected a file of {schema.name}; remove the link"
                )
        try:
            self._db = sqlite3.connect(path, BUSY_S, isolation_level=None, check_same_thread=False)
            self._db.row_factory = sqlite3.Row
            self._prepare()
        except sqlite3.OperationalError as error:
            raise RunError(
                f"{path}: cannot be opened: {error}; expected a file on a local disk that may be written"
            ) from error
        except sqlite3.DatabaseError as error:
            raise RunError(f"{path}: is not {schema.name}: {error}; move it away to begin anew") from error

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._db.close()

    def rows(self, query: str, values: Values = ()) -> list[sqlite3.Row]:
        """Returns the rows of a query."""
        with self._lock, self._explained():
            try:
                return self._db.execute(query, values).fetchall()
            except UnicodeEncodeError:  # half a surrogate pair, which no text in the file has
                return []

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """A transaction within a `with` block; a second one inside is part of the first.

        Args:
            durable: It survives a power cut once the block is left; otherwise it may be lost then, but not
                when programs are killed. Where the block raises an error, nothing has changed.
        """
        with self._changed, self._explained():
            if self._db.in_transaction:
                yield self._db
                return
            self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # a full disk may have ended it
                    self._db.execute("ROLLBACK")
                raise
            self._changes += 1
            self._changed.notify_all()

    def version(self) -> tuple[int, int]:
        """Returns a value that is another one whenever any program has changed the file."""
        with self._lock:
            return self._changes, int(self.rows("PRAGMA data_version")[0][0])

    def wait(self, seconds: float) -> None:
        """Waits until this program changes the file, or for a time."""
        with self._changed:
            self._changed.wait(seconds)

    def _prepare(self) -> None:
        version = self._schema.version
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA foreign_keys = ON")
        found = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found not in (0, version):
            self._db.close()
            raise RunError(
                f"{self._path}: is {self._schema.name} of version {found}; expected {version}: use the "
                "animator that wrote it, or move it away to begin anew"
            )
        self._db.execute("BEGIN IMMEDIATE")
        for statement in filter(str.strip, self._schema.tables.split(";")):
            self._db.execute(statement)
        self._db.execute(f"PRAGMA user_version = {version}")
        self._db.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._schema.error(
                f"{self._path}: cannot be used: {error}; check that its disk has room and may be written"
            ) from error
