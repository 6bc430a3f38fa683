"""A bounded memory of what was computed: the oldest unused entry goes first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Cache(Generic[Key, Value]):
    """Up to `size` values by key."""

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

    def values(self) -> tuple[Value, ...]:
        """What is kept, oldest first."""
        return tuple(self._values.values())

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value of a key, made where it is not here."""
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
