"""`JpegCache`: JPEG images that several clients look at are made once."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future

MAX_BYTES = 64_000_000
"""Bytes of all images that are kept."""


class JpegCache:
    """The JPEG images made last; those who ask for the same one at the same time wait for one that makes it.

    May be used by any thread.

    Args:
        max_bytes: Bytes of all images that are kept.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._made: OrderedDict[str, bytes] = OrderedDict()
        self._begun: dict[str, Future[bytes]] = {}
        self._bytes = 0

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        """Returns an image.

        Args:
            key: Names the image; another content has another key.
            make: Makes it; its errors are those of everybody who waits for it.
        """
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
            begun = self._begun.get(key)
            mine = begun or self._begun.setdefault(key, Future())
        if begun is None:
            self._make(key, make, mine)
        return mine.result()

    def _make(self, key: str, make: Callable[[], bytes], mine: "Future[bytes]") -> None:
        try:
            image = make()
        except BaseException as error:
            with self._lock:
                del self._begun[key]
            mine.set_exception(error)
            raise
        with self._lock:
            del self._begun[key]
            self._made[key] = image
            self._bytes += len(image)
            while self._bytes > self._max_bytes:
                self._bytes -= len(self._made.popitem(last=False)[1])
        mine.set_result(image)
