"""Schedule text -> its keys: where one ends and the next begins, with every column kept."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from schedules.errors import ScheduleError, ScheduleLimitError, ScheduleWarning
from schedules.keys import is_key
from schedules.limits import MAX_KEYS, MAX_TEXT

AFTER = ("hold", "loop", "mirror")

_MAX_MARKS = 10 * MAX_KEYS
_SPECIAL = re.compile(r"""[()'",;:]""")
_TYPOGRAPHY = str.maketrans("“”„‘’‚−–\u00a0\ufeff；：，（）", "\"\"\"'''-- " + " ;:,()")


@dataclass(frozen=True)
class Item:
    """One `key: value` as text, with the columns of both."""

    key: str
    key_column: int
    value: str
    value_column: int


@dataclass(frozen=True)
class Reading:
    """A schedule's text taken apart.

    Attributes:
        text: The text, typographic quotes and signs made plain (same length).
        items: Its keys in written order; empty where it is a bare value.
        after: What follows the last key: "hold", "loop" or "mirror".
        warnings: What was put right on the way.
    """

    text: str
    items: tuple[Item, ...]
    after: str
    warnings: tuple[ScheduleWarning, ...]


def plain(text: str) -> str:
    """Returns `text` with typographic quotes, signs and blanks made plain; columns stay.

    Raises:
        ScheduleError: Empty.
        ScheduleLimitError: Too long.
    """
    if len(text) > MAX_TEXT:
        raise ScheduleLimitError(f"a schedule of {len(text)} characters; {MAX_TEXT} is the most")
    if not text.strip():
        raise ScheduleError("the schedule is empty", hint="write a number, or keys such as 0:(1.0), 30:(1.5)")
    return text.translate(_TYPOGRAPHY)


def read(text: str) -> Reading:
    """Returns the keys of a schedule's text; none where it is a bare value.

    Commas in brackets and quotes belong to the value; leading, trailing and doubled ones are skipped.

    Raises:
        ScheduleError: A part that is neither a key with its value nor one of the words of `AFTER`.
    """
    text = plain(text)
    _check_size(text)
    parts, colons = _cut(text)
    if not any(colons):
        return Reading(text, (), "hold", ())
    items: list[Item] = []
    warnings: list[ScheduleWarning] = []
    after = "hold"
    for (start, end), marks in zip(parts, colons, strict=True):
        words = text[start:end].strip()
        if not words:
            continue
        if marks:
            items += _items(text, start, end, marks, warnings)
        elif words in AFTER:
            after = words
        else:
            raise _no_colon(text, start, end)
    return Reading(text, tuple(items), after, tuple(warnings))


def _check_size(text: str) -> None:
    """Refuses what would take long only to be taken apart."""
    if max(text.count(":"), text.count(","), text.count(";")) > MAX_KEYS:
        raise ScheduleLimitError(f"more than {MAX_KEYS} keys", text=text, column=0)
    if sum(text.count(mark) for mark in "()'\",;:") > _MAX_MARKS:
        raise ScheduleLimitError("too many brackets and quotes", text=text, column=0)


def _cut(text: str) -> tuple[list[tuple[int, int]], list[list[int]]]:
    """Returns the spans between top-level commas, and the top-level colons of each."""
    spans: list[tuple[int, int]] = []
    colons: list[list[int]] = [[]]
    start = depth = 0
    quote = ""
    for match in _SPECIAL.finditer(text):
        mark, at = match.group(), match.start()
        if quote:
            quote = "" if mark == quote else quote
        elif mark in "'\"":
            # A quote opens only where a value or key begins: "it's" has none.
            quote = mark if _begins(text, at) and text.find(mark, at + 1) > 0 else ""
        elif mark == "(":
            depth += 1
        elif mark == ")":
            depth = max(depth - 1, 0)
        elif depth == 0 and mark in ",;":
            spans.append((start, at))
            colons.append([])
            start = at + 1
        elif depth == 0 and mark == ":":
            colons[-1].append(at)
    spans.append((start, len(text)))
    return spans, colons


def _begins(text: str, at: int) -> bool:
    before = text[max(0, at - 100) : at].rstrip()
    return not before or before[-1] in ",;:("


def _items(
    text: str, start: int, end: int, marks: list[int], warnings: list[ScheduleWarning]
) -> Iterator[Item]:
    """Yields the keys of one part: one, unless a comma was forgotten or a key doubled."""
    key_start = start
    for index, colon in enumerate(marks):
        key = text[key_start:colon]
        stop = marks[index + 1] if index + 1 < len(marks) else end
        value = text[colon + 1 : stop]
        if stop == end:
            yield _item(text, key_start, colon, end)
            return
        if value.strip() == key.strip():
            message = f"the key `{key.strip()}:` is written twice; once is meant"
            warnings.append(ScheduleWarning(message, key_start))
            key_start = colon + 1
            continue
        next_start = _forgotten_comma(text, colon + 1, stop)
        if next_start is None:
            hint = "one of the two is too many, or a comma is missing before it"
            raise ScheduleError("a second ':' in one key", text=text, column=stop, hint=hint)
        message = f"a comma is missing before `{text[next_start:stop].strip()}:`"
        warnings.append(ScheduleWarning(message, next_start))
        yield _item(text, key_start, colon, next_start)
        key_start = next_start


def _forgotten_comma(text: str, start: int, stop: int) -> int | None:
    """Returns where the next key begins, if text[start:stop] is a finished value, blanks and a key."""
    tail = text[start:stop].rstrip()
    blank = re.search(r"\s\S+\Z", tail[-80:])
    if blank is None:
        return None
    at = max(len(tail) - 80, 0) + blank.start()
    finished = tail[:at].rstrip()[-1:]
    following = tail[at + 1 :]
    complete = finished.isdigit() or (finished and finished in ")'\"")
    return start + at + 1 if complete and is_key(following) else None


def _item(text: str, start: int, colon: int, end: int) -> Item:
    return Item(text[start:colon], start, text[colon + 1 : end], colon + 1)


def _no_colon(text: str, start: int, end: int) -> ScheduleError:
    part = text[start:end]
    column = start + len(part) - len(part.lstrip())
    missing = re.match(r"\s*[\w./*+-]+\s*\(", part)
    hint = "write key:(value), such as 30:(1.5)"
    if missing:
        hint = f"a ':' is missing: {part.strip().replace('(', ':(', 1)}"
    return ScheduleError("this is not a key with a value", text=text, column=column, hint=hint)
