"""`LRUCache`: a bounded cache of computed values."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class LRUCache(Generic[Key, Value]):
    """Keeps up to `size` values by key; the least recently used one is evicted first."""

    def __init__(self, size: int, on_evict: Callable[[Value], None] | None = None) -> None:
        """Initializes an empty cache.

        Args:
            size: Largest number of values.
            on_evict: Called with every value that is evicted.
        """
        self._size = size
        self._on_evict = on_evict
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def values(self) -> tuple[Value, ...]:
        """Returns the cached values, least recently used first."""
        return tuple(self._values.values())

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Returns the value of a key, calling `make` if it is missing; counts as a use of it."""
        if key not in self._values:
            self._values[key] = make()
            self._trim()
        self._values.move_to_end(key)
        return self._values[key]

    def _trim(self) -> None:
        while len(self._values) > self._size:
            _, value = self._values.popitem(last=False)
            if self._on_evict is not None:
                self._on_evict(value)
