"""Common mistakes in hand-edited JSON, and repairs of one at a time."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

_WORD = re.compile(r"[A-Za-z_./\\][^,:{}\[\]\"\n]*")
_PYTHON = {"True": "true", "False": "false", "None": "null"}
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)
_AFTER_STRING = re.compile(r"\s*(?:[,:}\]]|\Z)")
_ESCAPED_END = re.compile(r'\\"(?=\s*[,}\]])')
_QUOTES = {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"}


@dataclass(frozen=True)
class Repair:
    """One mistake and its repair.

    Attributes:
        at: Position in the text.
        what: Description of the mistake.
        repaired: The text without this mistake; None if it is unclear what was meant.
    """

    at: int
    what: str
    repaired: str | None


def find_repair(text: str, error: json.JSONDecodeError) -> Repair:
    """Returns the mistake at which a JSON decoder stopped."""
    finders = (_bare_backslash,) if "escape" in error.msg else _FINDERS
    for find in finders:
        repair = find(text, error.pos)
        if repair is not None:
            return repair
    if error.pos >= len(text.rstrip()):
        return Repair(error.pos, "the file ends too early; it seems to be cut off", None)
    return Repair(error.pos, f"{error.msg[:1].lower()}{error.msg[1:]}", None)


def _doubled_comma(text: str, at: int) -> Repair | None:
    before = _before(text, at)
    if text[at : at + 1] == "," and before >= 0 and text[before] in ",{[":
        return Repair(at, "an extra comma", text[:at] + text[at + 1 :])
    return None


def _trailing_comma(text: str, at: int) -> Repair | None:
    comma = at if text[at : at + 1] == "," else _before(text, at)
    following = text[comma + 1 :].lstrip()[:1]
    if comma >= 0 and text[comma] == "," and following in ("}", "]"):
        return Repair(comma, f"a comma before the closing {following}", text[:comma] + text[comma + 1 :])
    return None


def _typographic_quote(text: str, at: int) -> Repair | None:
    if text[at : at + 1] not in _QUOTES:
        return None
    close = next((i for i in range(at + 1, len(text)) if text[i] in _QUOTES or text[i] == "\n"), -1)
    if close < 0 or text[close] == "\n":
        return None
    inside = text[at + 1 : close].replace('"', '\\"')
    return Repair(at, f"typographic quotes {text[at]}", f'{text[:at]}"{inside}"{text[close + 1 :]}')


def _single_quotes(text: str, at: int) -> Repair | None:
    match = re.compile(r"'((?:[^'\\\n]|\\.)*)'").match(text, at)
    if match is None:
        return None
    inside = match[1].replace("\\'", "'").replace('"', '\\"')
    return Repair(at, "single quotes instead of double ones", f'{text[:at]}"{inside}"{text[match.end() :]}')


def _comment(text: str, at: int) -> Repair | None:
    match = re.compile(r"(//|#)[^\n]*|/\*.*?\*/", re.DOTALL).match(text, at)
    if match is None:
        return None
    return Repair(at, "a comment, which JSON does not allow", text[:at] + text[match.end() :])


def _missing_comma(text: str, at: int) -> Repair | None:
    before = _before(text, at)
    ends_value = before >= 0 and (text[before] in '"}]' or text[before].isalnum())
    if (
        ends_value
        and (text[at : at + 1] in ('"', "{", "[") or text[at : at + 1].isalnum())
        and before < at - 1
    ):
        return Repair(before + 1, "a comma is missing here", f"{text[: before + 1]},{text[before + 1 :]}")
    return None


def _lone_quote(text: str, at: int) -> Repair | None:
    if re.match(r'"\s*[,}\]\n]', text[at : at + 20]) and re.search(
        r"[:,\[]\s*-?[\d.]+$", text[max(0, at - 40) : at]
    ):
        return Repair(at, 'an extra "', text[:at] + text[at + 1 :])
    return None


def _bare_word(text: str, at: int) -> Repair | None:
    match = _WORD.match(text, at)
    before = _before(text, at)
    if match is None or before < 0 or text[before] not in ":,[{":
        return None
    word = match[0].rstrip()
    quoted = _PYTHON.get(word) or json.dumps(word, ensure_ascii=False)
    what = f"{word} should be {quoted}" if word in _PYTHON else f"{word:.40} has no quotes"
    return Repair(at, what, text[:at] + quoted + text[at + len(word) :])


def _bare_backslash(text: str, at: int) -> Repair | None:
    """Doubles every backslash of a text that has one without a meaning, such as of a path of Windows."""
    slash = text.rfind("\\", max(0, at - 2), at + 1)
    if slash < 0 or re.match(r'["\\/bfnrt]|u[0-9a-fA-F]{4}', text[slash + 1 : slash + 6]):
        return None
    start, end = _string_around(text, slash)
    literal = _ESCAPED.sub(lambda pair: pair[0] if pair[1] in '"\\' else f"\\{pair[0]}", text[start:end])
    if end < len(text) and text[end - 1 : end + 1] == '\\"' and literal.endswith("\\"):
        literal += "\\"
    return Repair(slash, "a single backslash in text", text[:start] + literal + text[end:])


def _string_around(text: str, at: int) -> tuple[int, int]:
    """Returns where the string that contains a position begins and ends, without its quotes.

    A backslash before the closing quote belongs to the text where the string does not end otherwise.
    """
    start, end = 0, len(text)
    for match in _STRING.finditer(text):
        if match.end() > at:
            start, end = match.start() + 1, match.end() - 1
            break
    if not _AFTER_STRING.match(text, end + 1):
        close = _ESCAPED_END.search(text, at, end)
        end = close.start() + 1 if close else end
    return start, end


def _before(text: str, at: int) -> int:
    """Returns the position of the last non-blank character before `at`; -1 if there is none."""
    return len(text[:at].rstrip()) - 1


_FINDERS: tuple[Callable[[str, int], Repair | None], ...] = (
    _doubled_comma,
    _trailing_comma,
    _typographic_quote,
    _single_quotes,
    _comment,
    _lone_quote,
    _missing_comma,
    _bare_word,
)
