"""Tokens of dynamic prompts: counts, weights, variables, and how far a `__wildcard__` reaches."""

import re
from dataclasses import dataclass

MAX_PATH = 300
"""Characters of the longest path of a wildcard."""
MAX_VARIABLES = 1_000
"""Characters of the longest list of variables of a wildcard."""

VARIABLE_NAME = r"[^\W\d][\w-]{0,99}"
MARK = re.compile(r"\s*([~@!])")
COUNT = re.compile(r"\s{0,200}(\d{1,9})? ?(-)? ?(\d{1,9})? ?\$\$(?:([^${}]{0,200})\$\$)?")
WEIGHT = re.compile(r"\s*(-?(?:\d{1,20}\.?\d{0,20}|\.\d{1,20}))\s*::\s*")
VARIABLE = re.compile(rf"\$\{{\s*({VARIABLE_NAME})\s*(?:(\?)?=(!)?|(:)|(?=\}}))\s*")
WRONG_WEIGHT = re.compile(r"\s{0,200}([^\[\](){}|:]{0,60})::")
TEXT = re.compile(r"[^\\`{}|$_]+|\\.|_(?!_)|`[^`]*`|.", re.DOTALL)
ESCAPES = ("\\{", "\\}", "\\|", "\\$", "\\_")
"""What the language escapes; A1111's own escapes are kept for the text encoder's parser."""
_COMMENT = re.compile(r"(?m)(?:^[ \t]*|(?<=[ \t]))#(?:[ \t][^\n]*)?$|^[ \t]*#[^\n]*$")
_PATH_CHARACTER = re.compile(r"[\w./ *-]")
_NAMES_SOMETHING = re.compile(r"[^\W_]|[*{]")


@dataclass(frozen=True)
class WildcardToken:
    """The parts of `__@path(x=red)__`, as ranges of the text; `variables` is empty without brackets."""

    mark: str
    path: tuple[int, int]
    variables: tuple[int, int]
    stop: int


def blank_comments(text: str) -> str:
    """Returns a text of several lines with its `#` comments blanked, columns unchanged."""
    if "\n" not in text or "#" not in text:
        return text
    return _COMMENT.sub(lambda match: " " * len(match[0]), text)


def wildcard_at(text: str, start: int) -> WildcardToken | None:
    """Returns the wildcard whose underscores begin at `start`, or None if the text there is not one."""
    at = start + 2
    mark = text[at : at + 1] if text[at : at + 1] in ("~", "@", "!") else ""
    begin = at = at + len(mark)
    variables = (0, 0)
    while at < len(text) and at - begin <= MAX_PATH and not text.startswith("__", at):
        if _PATH_CHARACTER.match(text, at):
            at += 1
        elif text[at] == "{" or text.startswith("${", at):
            at = text.find("}", at, at + MAX_PATH) + 1
        else:
            break
        if not at:
            return None
    end = at
    if text[at : at + 1] == "(":
        close = text.find(")", at, at + MAX_VARIABLES)
        variables = (at + 1, close)
        at = close + 1
        if not at:
            return None
    path = text[begin:end].rstrip() if variables[1] else text[begin:end]
    is_path = _NAMES_SOMETHING.search(path) and path == path.strip() and not path.startswith("_")
    if not text.startswith("__", at) or not is_path:
        return None
    return WildcardToken(mark, (begin, begin + len(path)), variables, at + 2)


def find_wildcard(text: str, start: int) -> tuple[int, WildcardToken | None]:
    """Returns the position and the parts of the first wildcard from `start` on; None if there is none."""
    at = text.find("__", start)
    while at >= 0:
        token = wildcard_at(text, at)
        if token is not None:
            return at, token
        at = text.find("__", at + 1)
    return len(text), None
