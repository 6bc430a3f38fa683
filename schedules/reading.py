"""Splits the text of a schedule into keys and values, with the column of each."""

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
    """The text of a schedule, split into items.

    Attributes:
        text: The text with typographic quotes and signs replaced by ASCII (same length).
        items: Its keys in source order; empty for a value without keys.
        after: Behavior after the last key: "hold", "loop" or "mirror".
        warnings: Warnings about mistakes that were corrected.
    """

    text: str
    items: tuple[Item, ...]
    after: str
    warnings: tuple[ScheduleWarning, ...]


def plain(text: str) -> str:
    """Returns `text` with typographic quotes, signs and spaces replaced by ASCII; columns stay the same.

    Raises:
        ScheduleError: The text is empty.
        ScheduleLimitError: The text is too long.
    """
    if len(text) > MAX_TEXT:
        raise ScheduleLimitError(f"a schedule has {len(text)} characters; expected at most {MAX_TEXT}")
    if not text.strip():
        raise ScheduleError("the schedule is empty", hint="write a number, or keys such as 0:(1.0), 30:(1.5)")
    return text.translate(_TYPOGRAPHY)


def read(text: str) -> Reading:
    """Splits the text of a schedule into its keys; there are none in a plain value.

    Commas in parentheses and quotes belong to the value; leading, trailing and repeated ones are ignored.

    Raises:
        ScheduleError: A part is neither a key with a value nor one of `AFTER`.
    """
    text = plain(text)
    _check_size(text)
    parts, colons = _split(text)
    if not any(colons):
        return Reading(text, (), "hold", ())
    items: list[Item] = []
    warnings: list[ScheduleWarning] = []
    after = "hold"
    for (start, end), marks in zip(parts, colons, strict=True):
        part = text[start:end].strip()
        if not part:
            continue
        if marks:
            items += _items(text, start, end, marks, warnings)
        elif part in AFTER:
            after = part
        else:
            raise _no_colon(text, start, end)
    return Reading(text, tuple(items), after, tuple(warnings))


def _check_size(text: str) -> None:
    """Rejects text that would take too long to split."""
    if max(text.count(":"), text.count(","), text.count(";")) > MAX_KEYS:
        raise ScheduleLimitError(f"more than {MAX_KEYS} keys", text=text, column=0)
    if sum(text.count(mark) for mark in "()'\",;:") > _MAX_MARKS:
        raise ScheduleLimitError("too many brackets and quotes", text=text, column=0)


def _split(text: str) -> tuple[list[tuple[int, int]], list[list[int]]]:
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
            # A quote opens only at the start of a key or value: the one in "it's" does not.
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
    """Yields the keys of one part: a single one, unless a comma is missing or a key is written twice."""
    key_start = start
    for index, colon in enumerate(marks):
        key = text[key_start:colon]
        stop = marks[index + 1] if index + 1 < len(marks) else end
        value = text[colon + 1 : stop]
        if stop == end:
            yield _item(text, key_start, colon, end)
            return
        if value.strip() == key.strip():
            message = f"the key `{key.strip()}:` is written twice; it counts once"
            warnings.append(ScheduleWarning(message, key_start))
            key_start = colon + 1
            continue
        next_start = _missing_comma(text, colon + 1, stop)
        if next_start is None:
            hint = "remove one of the two, or add the comma that is missing before it"
            raise ScheduleError("a second ':' in one key", text=text, column=stop, hint=hint)
        message = f"a comma is missing before `{text[next_start:stop].strip()}:`"
        warnings.append(ScheduleWarning(message, next_start))
        yield _item(text, key_start, colon, next_start)
        key_start = next_start


def _missing_comma(text: str, start: int, stop: int) -> int | None:
    """Returns the start of the next key, if text[start:stop] is a complete value, spaces and a key."""
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
