r"""Parser of mask expressions such as `({video_mask} & [hand.png]) | <sky>`: text -> tokens -> a tree.

Operators by precedence, the highest first: `!` not, `&` and, `|` or, `^` exclusive or, `\` without. All but
`!` associate to the left. The precedence is that of the Deforum extension.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from schedules import ScheduleError
from schedules.suggest import suggestion

MAX_LENGTH = 2000
MAX_DEPTH = 32
MAX_MASKS = 64
EVERYWHERE = "{everywhere}"
"""The expression of the whole image."""
TRACKED = "tracked"
NAMES = ("video_mask", "init_mask", TRACKED, "everywhere")
LEVELS = ("\\", "^", "|", "&")
"""The binary operators by precedence, the lowest first."""

Kind = Literal["name", "file", "word"]
_BRACKETS: dict[str, tuple[str, Kind]] = {"{": ("}", "name"), "[": ("]", "file"), "<": (">", "word")}
_TOKEN = re.compile(r"\s*(?:(?P<leaf>[{\[<])|(?P<mark>[!&|^\\()])|(?P<wrong>\S))")
_NEEDS_A_NETWORK = {
    "human_mask": "it needs a network that cuts people out, which is not supported; "
    "give a video of the cut-out as video_mask_path, or write <person>",
}


@dataclass(frozen=True)
class Leaf:
    """A single mask.

    Attributes:
        kind: name for `{video_mask}`, file for `[mask.png]`, word for `<sky>`.
        text: The text between the brackets.
    """

    kind: Kind
    text: str


@dataclass(frozen=True)
class Not:
    """The inverse of a mask."""

    inner: "Node"


@dataclass(frozen=True)
class Pair:
    r"""Two masks and the operator between them, one of `& | ^ \`."""

    mark: str
    left: "Node"
    right: "Node"


Node = Leaf | Not | Pair


@lru_cache(maxsize=256)
def parse_mask(text: str) -> Node:
    """Returns the tree of an expression.

    Raises:
        ScheduleError: The text is not a mask expression; points at the column and says what to write.
    """
    if len(text) > MAX_LENGTH:
        raise ScheduleError(f"a mask expression has {len(text)} characters; expected at most {MAX_LENGTH}")
    tokens = tuple(_tokens(text))
    if sum(token.leaf is not None for token in tokens) > MAX_MASKS:
        raise ScheduleError(f"more than {MAX_MASKS} masks in one expression", text=text, column=0)
    return _Parser(text, tokens).parse()


def leaves(node: Node) -> Iterator[Leaf]:
    """Yields the masks in a tree, from left to right."""
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, Not):
        yield from leaves(node.inner)
    else:
        yield from leaves(node.left)
        yield from leaves(node.right)


@dataclass(frozen=True)
class _Token:
    """An operator or bracket in `mark`, or a leaf with an empty `mark`."""

    column: int
    mark: str
    leaf: Leaf | None = None


@dataclass(frozen=True)
class _Parser:
    """Recursive descent parser without state: positions are passed on and returned."""

    text: str
    tokens: tuple[_Token, ...]

    def parse(self) -> Node:
        """Returns the tree of all tokens."""
        if not self.tokens:
            raise self._error("the mask is empty", 0, "write {everywhere} for the whole image")
        node, after = self._level(0, 0, 0)
        if after < len(self.tokens):
            raise self._unexpected(self.tokens[after])
        return node

    def _level(self, at: int, level: int, depth: int) -> tuple[Node, int]:
        """Returns the tree from token `at`, of operators of this level and higher, and the token after it."""
        if level == len(LEVELS):
            return self._operand(at, depth)
        node, at = self._level(at, level + 1, depth)
        while at < len(self.tokens) and self.tokens[at].mark == LEVELS[level]:
            right, at = self._level(at + 1, level + 1, depth)
            node = Pair(LEVELS[level], node, right)
        return node, at

    def _operand(self, at: int, depth: int) -> tuple[Node, int]:
        if at == len(self.tokens):
            last = self.tokens[-1]
            raise self._error(f"a mask is missing after `{last.mark}`", last.column, _EXPECTED)
        token = self.tokens[at]
        if depth > MAX_DEPTH:
            raise self._error(f"more than {MAX_DEPTH} nested brackets and `!`", token.column, "")
        if token.leaf is not None:
            return token.leaf, at + 1
        if token.mark == "!":
            inner, after = self._operand(at + 1, depth + 1)
            return Not(inner), after
        if token.mark != "(":
            raise self._error(f"a mask is missing before `{token.mark}`", token.column, _EXPECTED)
        inner, after = self._level(at + 1, 0, depth + 1)
        if after == len(self.tokens) or self.tokens[after].mark != ")":
            if after < len(self.tokens):
                raise self._unexpected(self.tokens[after])
            raise self._error("the bracket `(` is not closed", token.column, "add a `)`")
        return inner, after + 1

    def _unexpected(self, token: _Token) -> ScheduleError:
        if token.mark == ")":
            return self._error("the bracket `)` closes nothing", token.column, "add a `(` or remove it")
        hint = "write one of & | ^ \\ between two masks"
        return self._error("two masks without an operator between them", token.column, hint)

    def _error(self, message: str, column: int, hint: str) -> ScheduleError:
        return ScheduleError(message, text=self.text, column=column, hint=hint)


_EXPECTED = "a mask is {video_mask}, {everywhere}, [file.png] or <word>"


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while match := _TOKEN.match(text, at):
        column, at = match.end() - 1, match.end()
        if match["wrong"]:
            message = f"`{match['wrong']}` is not a mask"
            raise ScheduleError(message, text=text, column=column, hint=_EXPECTED)
        if match["mark"]:
            yield _Token(column, match["mark"])
            continue
        closing, kind = _BRACKETS[match["leaf"]]
        end = text.find(closing, at)
        if end < 0:
            message = f"the bracket `{match['leaf']}` is not closed"
            raise ScheduleError(message, text=text, column=column, hint=f"add a `{closing}`")
        yield _Token(column, "", _leaf(text, column, kind, text[at:end].strip()))
        at = end + 1


def _leaf(text: str, column: int, kind: Kind, inner: str) -> Leaf:
    if not inner:
        raise ScheduleError("nothing between the brackets", text=text, column=column, hint=_EXPECTED)
    if kind == "name" and inner not in NAMES:
        known = ", ".join(f"{{{name}}}" for name in NAMES)
        hint = suggestion(inner, NAMES, form="{{{}}}") or f"known: {known}"
        hint = _NEEDS_A_NETWORK.get(inner, hint)
        raise ScheduleError(f"mask {{{inner}}} is unknown", text=text, column=column, hint=hint)
    return Leaf(kind, inner)
