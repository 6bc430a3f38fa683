"""Keys as they are written: spans of a text, or pairs of a mapping; an edit leaves the others as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from schedules.errors import ScheduleError
from schedules.reading import Item


class Written(Protocol):
    """The keys of a source in its own order; each method returns the edited source."""

    @property
    def values(self) -> Sequence[Any]:
        """The value of each key as written."""

    def with_time(self, index: int, time: str) -> Any:
        """Gives a key another time, such as `30` or `2s`."""

    def with_value(self, index: int, value: Any) -> Any:
        """Gives a key another value, spelled for this kind of source."""

    def with_key(self, index: int, time: str, value: Any) -> Any:
        """Adds a key before the one at an index, or behind the last one."""

    def without(self, index: int) -> Any:
        """Deletes a key."""


@dataclass(frozen=True)
class WrittenText:
    """The keys of a text such as `0:(1), 30:(2)`.

    Attributes:
        text: The text.
        items: Its keys; of each, key and value are spans of the text.
    """

    text: str
    items: Sequence[Item]

    @property
    def values(self) -> list[str]:
        """The text of each value, with the spaces around it."""
        return [self.text[item.value_column :][: len(item.value)] for item in self.items]

    def with_time(self, index: int, time: str) -> str:
        """Gives a key another time; quotes around the old one go."""
        item = self.items[index]
        return self._with(item.key_column, self.text[item.key_column :][: len(item.key)], time)

    def with_value(self, index: int, value: str) -> str:
        """Gives a key another value; the spaces around it stay."""
        return self._with(self.items[index].value_column, self.values[index], value)

    def with_key(self, index: int, time: str, value: str) -> str:
        """Adds a key before the one at an index, or behind the last one."""
        key = f"{time}:{value}"
        if index < len(self.items):
            item = self.items[index]
            lead = item.key_column + len(item.key) - len(item.key.lstrip())
            return f"{self.text[:lead]}{key}, {self.text[lead:]}"
        last = self.values[-1]
        end = self.items[-1].value_column + len(last.rstrip())
        return f"{self.text[:end]}, {key}{self.text[end:]}"

    def without(self, index: int) -> str:
        """Deletes a key with the comma behind it, or before it where it is the last part."""
        item = self.items[index]
        start, end = item.key_column, item.value_column + len(item.value)
        before, behind = self.text[:start], self.text[end:]
        if behind[:1] and behind[0] in _COMMAS:
            lead = item.key[: len(item.key) - len(item.key.lstrip())]
            return f"{before}{lead}{behind[1:].lstrip()}"
        bare = before.rstrip()
        if bare[-1:] and bare[-1] in _COMMAS:
            return bare[:-1] + behind
        return before + behind

    def _with(self, start: int, old: str, new: str) -> str:
        """Returns the text with the part that starts somewhere replaced, except for the spaces around it."""
        lead = len(old) - len(old.lstrip())
        bare = old.strip()
        start += lead
        return self.text[:start] + new + self.text[start + len(bare) :]


_COMMAS = ",;，；"


@dataclass(frozen=True)
class WrittenMapping:
    """The keys of a mapping such as `{0: 1.0, "2s": "sin(t)", after: loop}`.

    Attributes:
        pairs: All pairs of the mapping.
        options: Names in it that are not keys, such as `after`.
    """

    pairs: tuple[tuple[Any, Any], ...]
    options: frozenset[str]

    @classmethod
    def of(cls, source: Mapping[Any, Any], *options: str) -> "WrittenMapping":
        """Returns the keys of a mapping."""
        return cls(tuple(source.items()), frozenset(options))

    @property
    def values(self) -> list[Any]:
        """The value of each key."""
        return [self.pairs[at][1] for at in self._places]

    def with_time(self, index: int, time: str) -> dict[Any, Any]:
        """Gives a key another time."""
        at = self._places[index]
        old, value = self.pairs[at]
        return self._with(at, at + 1, ((_key(time, like=old), value),))

    def with_value(self, index: int, value: Any) -> dict[Any, Any]:
        """Gives a key another value."""
        at = self._places[index]
        return self._with(at, at + 1, ((self.pairs[at][0], value),))

    def with_key(self, index: int, time: str, value: Any) -> dict[Any, Any]:
        """Adds a key before the one at an index, or behind the last one."""
        places = self._places
        at = places[index] if index < len(places) else places[-1] + 1
        return self._with(at, at, ((_key(time, like=self.pairs[places[0]][0]), value),))

    def without(self, index: int) -> dict[Any, Any]:
        """Deletes a key."""
        at = self._places[index]
        return self._with(at, at + 1, ())

    @property
    def _places(self) -> list[int]:
        return [at for at, (key, _) in enumerate(self.pairs) if key not in self.options]

    def _with(self, start: int, stop: int, pairs: tuple[tuple[Any, Any], ...]) -> dict[Any, Any]:
        every = (*self.pairs[:start], *pairs, *self.pairs[stop:])
        result = dict(every)
        if len(result) < len(every):
            raise ScheduleError(f"the key `{pairs[0][0]}` is already there", hint="choose another time")
        return result


def _key(time: str, like: Any) -> Any:
    """Returns a time as the key of a mapping: frames as whole numbers, unless other keys are texts."""
    is_frame = time.removeprefix("-").isdecimal()
    return int(time) if is_frame and not _is_numeric_text(like) else time


def _is_numeric_text(key: Any) -> bool:
    return isinstance(key, str) and key.strip().removeprefix("-").isdecimal()
