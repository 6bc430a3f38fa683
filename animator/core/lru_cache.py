"""A bounded memory of computed values; the least recently used entry goes first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class LRUCache(Generic[Key, Value]):
    """Keeps up to `size` values by key."""

    def __init__(self, size: int, dropped: Callable[[Value], None] | None = None) -> None:
        """An empty cache.

        Args:
            size: How many values are kept.
            dropped: Called with every value that has to go.
        """
        self._size = size
        self._dropped = dropped
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def values(self) -> tuple[Value, ...]:
        """Returns the kept values, least recently used first."""
        return tuple(self._values.values())

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Returns the value of a key, made if it is missing; counts as a use of it."""
        if key not in self._values:
            self._values[key] = make()
            self._trim()
        self._values.move_to_end(key)
        return self._values[key]

    def _trim(self) -> None:
        while len(self._values) > self._size:
            _, value = self._values.popitem(last=False)
            if self._dropped is not None:
                self._dropped(value)
