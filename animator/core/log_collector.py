"""Collects what is logged for one run, also where several runs are rendered at once in one process.

The collector in force is a context variable: what a thread logs belongs to the run that it works for. A new
thread works for none, unless it is started with `animator.core.threads.start_thread`.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timezone
from threading import RLock

ROOT = "animator"
"""The logger above all of ours."""
MAX_ENTRIES = 1000
MAX_LENGTH = 4000
"""Characters kept of a message."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LogEntry:
    """A logged message.

    Attributes:
        time: When it was logged, as RFC 3339 in UTC.
        level: "warning", "error" and so on.
        message: The message.
    """

    time: str
    level: str
    message: str

    @classmethod
    def of(cls, record: logging.LogRecord) -> "LogEntry":
        """Returns the entry of a record of `logging`."""
        time = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        return cls(time, record.levelname.lower(), record.getMessage()[:MAX_LENGTH])


class LogCollector:
    """Keeps the first `MAX_ENTRIES` messages of a run, and writes them where the run wants them."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._entries: list[LogEntry] = []
        self._warned: set[str] = set()
        self._write: Callable[[LogEntry], None] | None = None
        self._is_bound = False

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings and errors so far, each once."""
        with self._lock:
            texts = (entry.message for entry in self._entries if entry.level not in ("info", "debug"))
            return tuple(dict.fromkeys(texts))

    @property
    def is_bound(self) -> bool:
        """True once the messages are those of a certain run."""
        return self._is_bound

    def bind(self, write: Callable[[LogEntry], None]) -> None:
        """Writes the messages so far, and every further one, into the log of a run.

        Args:
            write: Writes a message; after an OSError no more are written, and a warning says so.
        """
        with self._lock:
            self._is_bound, self._write = True, write
            for entry in [*self._entries]:
                self._try_to_write(entry)

    def add(self, entry: LogEntry) -> None:
        """Keeps a message."""
        with self._lock:
            if len(self._entries) < MAX_ENTRIES:
                self._entries.append(entry)
                self._try_to_write(entry)

    def is_new(self, text: str) -> bool:
        """Returns True the first time it is asked for a text."""
        with self._lock:
            is_new = text not in self._warned and len(self._warned) < MAX_ENTRIES
            self._warned |= {text} if is_new else set()
            return is_new

    def _try_to_write(self, entry: LogEntry) -> None:
        if self._write is None:
            return
        try:
            self._write(entry)
        except OSError as error:
            self._write = None
            log.warning("the log of the run cannot be written any more: %s", error)


class _Handler(logging.Handler):
    """Passes each record to the collector of the run that its thread works for."""

    def emit(self, record: logging.LogRecord) -> None:
        """Collects a record."""
        try:
            if (collector := _CURRENT.get()) is not None:
                collector.add(LogEntry.of(record))
        except Exception:  # noqa: BLE001 (as all handlers do: a message that cannot be formatted is reported)
            self.handleError(record)
        # A logger with any handler does not fall back to standard error, and this one prints nothing.
        fallback = logging.lastResort
        if fallback is not None and record.levelno >= fallback.level and not self._has_others(record.name):
            fallback.handle(record)

    def _has_others(self, name: str) -> bool:
        """Returns True where another handler takes the records of a logger."""
        logger: logging.Logger | None = logging.getLogger(name)
        while logger is not None:
            if any(handler is not self for handler in logger.handlers):
                return True
            logger = logger.parent if logger.propagate else None
        return False


_CURRENT: ContextVar[LogCollector | None] = ContextVar("log", default=None)
_HANDLER = _Handler()


@contextmanager
def collecting(*, joins: bool = True) -> Iterator[LogCollector]:
    """Collects what is logged inside a `with` block by this thread and those that work for it.

    Args:
        joins: Join the block around this one, unless that is bound to a run already.

    Returns:
        The collector, to the block.
    """
    outer = _CURRENT.get()
    if joins and outer is not None and not outer.is_bound:
        yield outer
        return
    logging.getLogger(ROOT).addHandler(_HANDLER)  # once: a second call changes nothing
    collector = LogCollector()
    token = _CURRENT.set(collector)
    try:
        yield collector
    finally:
        _CURRENT.reset(token)


def warn_once(logger: logging.Logger, message: str, *args: object) -> None:
    """Logs a warning, unless the same one was logged for this run already; outside all runs, always."""
    collector = _CURRENT.get()
    if collector is None or collector.is_new(message % args):
        logger.warning(message, *args, stacklevel=2)
