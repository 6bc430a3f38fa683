"""What a search looks for in texts: words and fields, by the index of words and by a look at the texts.

The index of words has every run of three characters, and so finds parts of words in any script; it tells no
capital letters from small ones. What it cannot tell is left to a check of each text.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import regex

from animator.gallery.errors import QueryError
from animator.gallery.metadata import plain

MAX_TEXT = 1000
MAX_PATTERN = 300
MAX_TERMS = 32
_INDEXED = 3
"""Fewest characters that the index of words finds."""
_TERM = re.compile(r'(?:([^\W\d][\w.-]{0,60}):(\s*))?(?:"([^"]*)"|(\S+))')
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_RECURSION = re.compile(r"\(\?(?:R|&|P>|[-+]?\d)")
"""Where a pattern contains itself or a part of it, which may take any memory."""
NEGATIVE = "negative"
_PLAIN = ("path", "prompt", NEGATIVE)

Texts = dict[str, str]
"""The texts of an item: `path`, `prompt`, `negative`, `fields`."""
Check = Callable[[Texts], bool]


@dataclass(frozen=True)
class TextQuery:
    """What to look for.

    Attributes:
        check: Tells of an item's texts whether it is there.
        words: Expression for the index of words, which finds all such items; empty where it is of no use.
        is_exact: True where that finds no others.
    """

    check: Check
    words: str = ""
    is_exact: bool = False


@dataclass(frozen=True)
class _Term:
    """A word that has to be in a text, or in one field.

    Attributes:
        text: The word, or words in quotes.
        field: The field; empty for anywhere.
        raw: The whole as it was written, where it may be a word with a colon in it; empty where it is none.
    """

    text: str
    field: str = ""
    raw: str = ""


def words_query(text: str, *, case_sensitive: bool, column: str = "") -> TextQuery:
    """Returns the query for words and fields.

    Args:
        text: The words, as in `GalleryQuery.text`.
        case_sensitive: Tell capital letters from small ones.
        column: Look in this text alone, and for no fields; empty for all.

    Raises:
        QueryError: There are too many.
    """
    if len(text) > MAX_TEXT:
        raise QueryError(f"the search has {len(text)} characters; expected {MAX_TEXT} or fewer")
    terms = list(_terms(_plain(text), fields=not column))
    if len(terms) > MAX_TERMS:
        raise QueryError(f"the search has {len(terms)} words; expected {MAX_TERMS} or fewer")
    expressions = [expression for term in terms if (expression := _expression(term, column))]
    checks = [_check(term, _columns(column), case_sensitive=case_sensitive) for term in terms]
    is_exact = len(expressions) == len(terms) and not (case_sensitive or any(term.field for term in terms))
    return TextQuery(lambda texts: all(check(texts) for check in checks), " AND ".join(expressions), is_exact)


def pattern_query(text: str, *, case_sensitive: bool, end: float, column: str = "") -> TextQuery:
    """Returns the query for a regular expression.

    Args:
        text: The expression.
        case_sensitive: Tell capital letters from small ones.
        end: When the search is given up, on the monotonic clock.
        column: Look in this text alone; empty for all, one after the other.

    Raises:
        QueryError: It is too long, or no regular expression.
    """
    if len(text) > MAX_PATTERN:
        raise QueryError(f"the pattern has {len(text)} characters; expected {MAX_PATTERN} or fewer")
    if _RECURSION.search(text):
        raise QueryError(
            f"the pattern {text:.60} contains itself; expected one without (?R), (?1) or (?&name)"
        )
    flags = regex.MULTILINE | (0 if case_sensitive else regex.IGNORECASE)
    try:
        pattern = regex.compile(_plain(text), flags)
    except (regex.error, RecursionError, OverflowError) as error:
        raise _broken_pattern(text, error) from error
    return TextQuery(_Pattern(pattern, _columns(column), end))


@dataclass(frozen=True)
class _Pattern:
    """Checks texts for a regular expression, within a time: some expressions take forever."""

    pattern: "regex.Pattern[str]"
    columns: tuple[str, ...]
    end: float

    def __call__(self, texts: Texts) -> bool:
        whole = "\n".join(filter(None, (texts[name] for name in self.columns)))
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return self.pattern.search(whole, timeout=left, concurrent=True) is not None


def _plain(text: str) -> str:
    """Returns what somebody typed as texts are kept in the index."""
    return plain(text, MAX_TEXT)


def _columns(column: str) -> tuple[str, ...]:
    return (column,) if column else (*_PLAIN, "fields")


def _terms(text: str, *, fields: bool) -> Iterator[_Term]:
    """Yields the words of a search, and its fields where there are any."""
    for match in _TERM.finditer(text):
        name, space, quoted, plain = match.groups()
        value = quoted if quoted is not None else plain
        if not value:
            continue
        if name is None:
            yield _Term(value)
        elif fields:
            yield _Term(value, name.casefold().replace("_", " "), "" if space else match[0])
        elif space:
            yield from (_Term(f"{name}:"), _Term(value))
        else:
            yield _Term(f"{name}:{value}")


def _expression(term: _Term, column: str) -> str:
    """Returns a term for the index of words; empty where it is too short."""
    if term.raw or len(term.text) < _INDEXED:  # what may be a field or a word is no single expression
        return ""
    within = column or ("fields" if term.field else "")
    quoted = '"{}"'.format(term.text.replace('"', '""'))
    return f"({within} : {quoted})" if within else quoted


def _check(term: _Term, columns: tuple[str, ...], *, case_sensitive: bool) -> Check:
    fold: Callable[[str], str] = str if case_sensitive else str.casefold
    wanted, raw = fold(term.text), fold(term.raw)

    def is_in(texts: Texts) -> bool:
        if not term.field:
            return any(wanted in fold(texts[name]) for name in columns)
        if _has_field(texts["fields"], term.field, wanted, fold):
            return True
        return bool(raw) and any(raw in fold(texts[name]) for name in _PLAIN)

    return is_in


def _has_field(lines: str, name: str, value: str, fold: Callable[[str], str]) -> bool:
    """Returns True where a field has a value: a number as a whole, any other text as a part.

    A field is known by its whole name, or by the last part of one such as `diffusion.sampler`.
    """
    folded = lines.casefold().replace("_", " ")
    if f"{name}:" not in folded:
        return False
    for line in lines.split("\n"):
        found, _, text = line.partition(": ")
        plain = found.casefold().replace("_", " ")
        if plain == name or plain.endswith(f".{name}"):
            kept = fold(text)
            if kept == value or (not _NUMBER.fullmatch(value) and value in kept):
                return True
    return False


def _broken_pattern(text: str, error: Exception) -> QueryError:
    place = getattr(error, "pos", None)
    what = getattr(error, "msg", "it is nested too deep")
    at = f" at character {place + 1}" if place is not None else ""
    return QueryError(
        f"the pattern {text:.60} is no regular expression: {what}{at}; put a backslash before a character "
        "that is meant as it is, or search without regular expressions"
    )
