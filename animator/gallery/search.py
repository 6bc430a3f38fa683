"""`Search`: finds the items of a query, in order, and keeps the last results."""

import hashlib
import sqlite3
import threading
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from animator.core.lru_cache import LRUCache
from animator.gallery.conditions import conditions_of
from animator.gallery.errors import QueryError
from animator.gallery.index import GalleryIndex
from animator.gallery.item import GalleryPage
from animator.gallery.query import GalleryQuery, Sort
from animator.gallery.readers import too_slow
from animator.gallery.text_query import NEGATIVE, Check

SEARCH_S = 10.0
"""Time after which a search is given up."""
MAX_PAGE = 1000
_RESULTS = 16
_PATTERNS = 2
"""Searches with regular expressions at the same time, fewer than readers: strangers send slow ones."""
_ORDERS = {
    Sort.NEWEST: "mtime_ns DESC, id DESC",
    Sort.OLDEST: "mtime_ns, id",
    Sort.NAME: "name COLLATE NOCASE, mtime_ns DESC, id DESC",
    Sort.RANK: "rank DESC, mtime_ns DESC, id DESC",
    Sort.SIZE: "bytes DESC, mtime_ns DESC, id DESC",
    Sort.PATH: "items.path COLLATE NOCASE, id",
    Sort.RANDOM: "id",
}
_Key = tuple[GalleryQuery, int]


class Search:
    """Finds items; several threads may.

    Args:
        index: The index.
    """

    def __init__(self, index: GalleryIndex) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(_PATTERNS)
        self._results: LRUCache[_Key, _Result] = LRUCache(_RESULTS)

    def page(self, query: GalleryQuery, first: int, count: int) -> GalleryPage:
        """Returns a page of what a query finds; see `Gallery.search`."""
        found = self.all(query)
        start = max(0, first)
        wanted = found[start : start + min(max(0, count), MAX_PAGE)]
        items = self._index.items(wanted)
        return GalleryPage(tuple(items[number][0] for number in wanted if number in items), len(found))

    def all(self, query: GalleryQuery) -> "array[int]":
        """Returns the numbers of all items that a query finds, in order.

        Raises:
            QueryError: It cannot be carried out.
        """
        with self._lock:  # who asks for the same at the same time waits for the one result
            result = self._results.get((query, self._index.version()), _Result)
        with result.lock:
            if result.error is not None:
                raise result.error
            if result.found is None:
                try:
                    result.found = self._find(query)
                except QueryError as error:
                    result.error = error
                    raise
            return result.found

    def _find(self, query: GalleryQuery) -> "array[int]":
        if not query.regex:
            return self._find_now(query)
        if not self._turns.acquire(timeout=SEARCH_S):
            raise QueryError("others search with regular expressions at the moment; search again later")
        try:
            return self._find_now(query)
        finally:
            self._turns.release()

    def _find_now(self, query: GalleryQuery) -> "array[int]":
        end = time.monotonic() + SEARCH_S
        where, values, checks = conditions_of(query, end)
        texts = " JOIN texts USING (id)" if checks else ""
        order = _ORDERS[query.sort]
        sql = f"SELECT items.id FROM items{texts} WHERE {where} ORDER BY {order}"  # noqa: S608 (our own text)
        with self._index.readers.reading(SEARCH_S) as db, _checked(db, checks):
            found = array("q", (row[0] for row in db.execute(sql, values)))
        if query.sort is Sort.RANDOM:
            return array("q", sorted(found, key=partial(_random_key, query.seed)))
        return found


class _Result:
    """What a query has found, once it has, or why it cannot."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.found: array[int] | None = None
        self.error: QueryError | None = None


def _random_key(seed: int, number: int) -> bytes:
    return hashlib.blake2b(f"{seed}:{number}".encode(), digest_size=8).digest()


@contextmanager
def _checked(db: sqlite3.Connection, checks: list[Check]) -> Iterator[None]:
    """Gives SQL the function `is_found`, which carries out checks; raises the QueryError of a slow one."""
    failed: list[Exception] = []

    def is_found(path: str, prompt: str, negative: str, fields: str) -> bool:
        texts = {"path": path, "prompt": prompt, NEGATIVE: negative, "fields": fields}
        try:
            return all(check(texts) for check in checks)
        except (TimeoutError, MemoryError) as error:
            failed.append(error)
            raise

    db.create_function("is_found", 4, is_found)
    try:
        yield
    except (sqlite3.OperationalError, MemoryError) as error:
        if failed:
            raise too_slow(SEARCH_S) from error
        raise
