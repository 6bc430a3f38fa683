"""The conditions of a query: in SQL, and as checks of texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from animator.gallery.errors import QueryError
from animator.gallery.query import MAX_RANK, GalleryQuery, NegativeMode
from animator.gallery.text_query import NEGATIVE, Check, TextQuery, pattern_query, words_query

_HAS = "items.id IN (SELECT rowid FROM words WHERE words MATCH ?)"
_LACKS = "items.id NOT IN (SELECT rowid FROM words WHERE words MATCH ?)"


def conditions_of(query: GalleryQuery, end: float) -> tuple[str, list[Any], list[Check]]:
    """Returns the condition of a query in SQL, its values, and the checks of `is_found` in it.

    Args:
        query: The query.
        end: When the search is given up, on the monotonic clock.

    Raises:
        QueryError: It cannot be carried out.
    """
    parts, values = _on_columns(query)
    checks: list[Check] = []
    for condition in _text_conditions(query, end):
        if condition.sql:
            parts.append(condition.sql)
            values.append(condition.words)
        if condition.check is not None:
            checks.append(condition.check)
    if checks:
        parts.append("is_found(texts.path, prompt, negative, fields)")
    return " AND ".join(parts), values, checks


def _on_columns(query: GalleryQuery) -> tuple[list[str], list[Any]]:
    """Returns the conditions on all but texts, and their values."""
    parts, values = ["items.trashed = ?"], list[Any]([query.trash])
    if query.ranks is not None:
        low, high = query.ranks
        if not 0 <= low <= high <= MAX_RANK:
            raise QueryError(
                f"ranks {low} to {high}: expected the lower one first, from 0 (unranked) to {MAX_RANK}"
            )
        parts.append("items.rank BETWEEN ? AND ?")
        values += [low, high]
    if query.favorites:
        parts.append("items.favorite")
    if query.kind is not None:
        parts.append("items.kind = ?")
        values.append(query.kind.value)
    if query.run is not None:
        parts.append("items.run = ?")
        values.append(query.run.encode("utf-8", "replace").decode())
    return parts, values


@dataclass(frozen=True)
class _Condition:
    """A condition on the texts of an item: in SQL, with the words it is about, as a check, or as both."""

    sql: str = ""
    words: str = ""
    check: Check | None = None


def _text_conditions(query: GalleryQuery, end: float) -> Iterator[_Condition]:
    if query.text.strip():
        yield _having(_text_query(query, query.text, end))
    if query.negative.strip() and query.negative_mode is not NegativeMode.ANY:
        wanted = _text_query(query, query.negative, end, NEGATIVE)
        yield _having(wanted) if query.negative_mode is NegativeMode.ONLY else _lacking(wanted)


def _text_query(query: GalleryQuery, text: str, end: float, column: str = "") -> TextQuery:
    if query.regex:
        return pattern_query(text, case_sensitive=query.case_sensitive, end=end, column=column)
    return words_query(text, case_sensitive=query.case_sensitive, column=column)


def _having(wanted: TextQuery) -> _Condition:
    check = None if wanted.is_exact else wanted.check
    return _Condition(_HAS if wanted.words else "", wanted.words, check)


def _lacking(wanted: TextQuery) -> _Condition:
    if wanted.is_exact:
        return _Condition(_LACKS, wanted.words)
    return _Condition(check=lambda texts: not wanted.check(texts))
