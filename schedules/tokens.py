"""Tokenizes a formula and checks its grammar, so that mistakes are reported at their column.

Text that passes is valid for Python's own parser, and takes it bounded work.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn

from schedules.errors import ScheduleError

MAX_BRACKETS = 60
_MAX_SIGNS = 12
_MAX_DIGITS = 300

_TOKEN = re.compile(
    r"""(?P<blank>\s+)
    |(?P<number>0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>(?:and|or|if|else)\b)
    |(?P<sign>not\b|~)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<operator>\*\*|//|<<|>>|<=|>=|==|!=|[-+*/%<>&|^])
    |(?P<open>\()|(?P<close>\))|(?P<comma>,)""",
    re.VERBOSE | re.ASCII,
)
_HINTS = {
    "=": "to compare, write ==",
    "!": "for not equal, write !=",
    "[": "use round brackets",
    "]": "use round brackets",
    "{": "use round brackets",
    "}": "use round brackets",
    ":": "keys are separated by commas: 0:(1), 30:(2)",
    ";": "keys are separated by commas: 0:(1), 30:(2)",
    ".": "decimals have digits: 0.5",
    "÷": "division is written /",
    "×": "multiplication is written *",
    "²": "powers are written **: t**2",
    "π": "write pi",
}
_TIMES = "multiplication needs its sign: 2*t, not 2t"


def _end(token: "Token") -> int:
    return token.column + len(token.text)


Fail = Callable[[str, int, str], ScheduleError]


@dataclass(frozen=True)
class Token:
    """A token of a formula."""

    kind: str
    text: str
    column: int


def check(text: str, fail: Fail) -> None:
    """Checks the grammar of a formula; raises the error that `fail` makes of the first mistake."""
    _Grammar(text, fail).run()


def _tokens(text: str, fail: Fail) -> Iterator[Token]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise fail(f"unexpected {text[at]!r} in a formula", at, _HINTS.get(text[at], ""))
        at = match.end()
        kind = match.lastgroup or ""
        if kind == "number" and len(match.group()) > _MAX_DIGITS:
            raise fail("this number is too long", match.start(), f"at most {_MAX_DIGITS} digits")
        if kind != "blank":
            yield Token(kind, match.group(), match.start())


class _Grammar:
    """Checks that values and operators alternate, and that parentheses match."""

    def __init__(self, text: str, fail: Fail) -> None:
        self._text = text
        self._fail = fail
        self._opened: list[tuple[Token, bool]] = []
        self._last = Token("start", "", 0)
        self._signs = 0

    def run(self) -> None:
        for token in _tokens(self._text, self._fail):
            if self._wants_value():
                self._value(token)
            else:
                self._operator(token)
            self._last = token
        if self._opened:
            self._stop("this '(' is never closed", self._opened[-1][0], "add the missing ')'")
        if self._wants_value():
            self._stop(f"a value is missing after `{self._last.text}`", self._last)

    def _stop(self, message: str, token: Token, hint: str = "") -> NoReturn:
        raise self._fail(message, token.column, hint)

    def _wants_value(self) -> bool:
        return self._last.kind not in ("number", "name", "close")

    def _value(self, token: Token) -> None:
        if token.kind in ("number", "name"):
            self._signs = 0
        elif token.kind == "open":
            self._open(token, call=False)
        elif token.kind == "sign" or token.text in "+-":
            self._signs += 1
            if self._signs > _MAX_SIGNS:
                self._stop("too many signs in a row", token)
        elif token.kind == "close" and not self._opened:
            self._stop("this ')' closes nothing", token, "remove it, or open a bracket before it")
        elif token.kind == "close" and self._last.kind == "open" and self._opened[-1][1]:
            self._opened.pop()
        else:
            self._stop(f"a value is missing before `{token.text}`", token)

    def _operator(self, token: Token) -> None:
        if token.kind == "close":
            if not self._opened:
                self._stop("this ')' closes nothing", token, "remove it, or open a bracket before it")
            self._opened.pop()
        elif token.kind == "comma":
            if not self._opened or not self._opened[-1][1]:
                self._stop("a comma outside a function's brackets", token, "decimals have a point: 0.5")
        elif token.kind == "open" and self._last.kind == "name":
            self._open(token, call=True)
        elif token.kind == "word" and self._last.kind == "number" and token.column == _end(self._last):
            self._stop(f"a space is missing before `{token.text}`", token)
        elif token.kind in ("number", "name", "open", "sign"):
            self._stop("an operator is missing here", token, _TIMES if token.kind != "number" else "")

    def _open(self, token: Token, *, call: bool) -> None:
        self._signs = 0
        self._opened.append((token, call))
        if len(self._opened) > MAX_BRACKETS:
            self._stop(f"brackets more than {MAX_BRACKETS} deep", token)
