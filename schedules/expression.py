"""Formulas: whitelisted maths as a small tree, every node knowing its column.

`parse` reads the text through `ast` and keeps only numbers, names and the operations of `operations.py`;
`evaluate.py` computes the tree. Limits keep the work bounded whatever the text.
"""

import ast
import difflib
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from schedules.errors import ScheduleError
from schedules.operations import FUNCTIONS, OPERATORS, Operation

MAX_LENGTH = 10_000
MAX_DEPTH = 150
_MAX_BRACKETS = 60
_MAX_EXACT = 2.0**63

CONSTANTS: Mapping[str, float] = MappingProxyType({"pi": math.pi, "e": math.e})
VARIABLES = frozenset({"t", "max_f", "s", "fps", "bpm"})
_ALIASES = {
    "frame": "t", "frames": "max_f", "i": "t", "x": "t", "time": "t", "max_frames": "max_f", "seed": "s", "n": "t",
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2", "ln": "log", "power": "pow",
    "absolute": "abs", "clamp": "clip", "rint": "round", "fabs": "abs", "sgn": "sign", "if": "where",
}  # fmt: skip


@dataclass(frozen=True)
class Number:
    """A number as written; `literal` keeps whole numbers whole."""

    literal: int | float
    column: int
    logical: bool = False
    depth: int = 1

    @property
    def value(self) -> float:
        """The number."""
        return float(self.literal)


@dataclass(frozen=True)
class Name:
    """A variable, such as `t`."""

    name: str
    column: int
    logical: bool = False
    depth: int = 1
    value: None = None


@dataclass(frozen=True)
class Apply:
    """An operation on operands; `value` is its number where all operands are numbers."""

    operation: Operation
    operands: tuple["Node", ...]
    column: int
    value: float | None
    depth: int

    @property
    def logical(self) -> bool:
        """Whether the result is true or false."""
        return self.operation.logical[0]


Node = Number | Name | Apply


@dataclass(frozen=True)
class Formula:
    """A formula that was read: its text and its tree."""

    text: str
    root: Node

    @property
    def constant(self) -> float | None:
        """The formula's number, where it has no variable."""
        return self.root.value

    @property
    def literal(self) -> bool:
        """Whether it is just a number, perhaps signed or in brackets."""
        node = self.root
        while isinstance(node, Apply) and node.operation.name in ("negative", "positive"):
            node = node.operands[0]
        return isinstance(node, Number)

    def names(self) -> frozenset[str]:
        """Returns the variables it reads."""
        found: set[str] = set()
        pending: list[Node] = [self.root]
        while pending:
            node = pending.pop()
            if isinstance(node, Name):
                found.add(node.name)
            elif isinstance(node, Apply):
                pending.extend(node.operands)
        return frozenset(found)


@dataclass(frozen=True)
class Place:
    """Where a formula stands in its schedule, for messages; `label` goes before each of them."""

    text: str
    column: int = 0
    label: str = ""

    def error(self, message: str, column: int, hint: str = "") -> ScheduleError:
        """Returns the error that points at `column` of the formula."""
        return ScheduleError(self.label + message, text=self.text, column=self.column + column, hint=hint)


def parse(text: str, *, place: Place | None = None, names: Collection[str] = VARIABLES) -> Formula:
    """Returns the formula that `text` says.

    Args:
        text: Maths in Python's spelling, such as `1+0.1*sin(t/10)`.
        place: The schedule it comes from and its column there; the formula itself by default.
        names: Variables that may occur, besides pi and e.

    Raises:
        ScheduleError: Not a formula, or not an allowed one; points at the column.
    """
    place = place or Place(text)
    clean = re.sub(r"\s", " ", text)
    lead = len(clean) - len(clean.lstrip())
    _check_text(clean, place)
    try:
        tree = ast.parse(clean.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _syntax(clean, lead, error, place) from None
    inner = Place(place.text, place.column + lead, place.label)
    return Formula(text.strip(), _Reader(inner, frozenset(names)).node(tree.body, 0))


def _check_text(text: str, place: Place) -> None:
    if not text.strip():
        raise place.error("there is no value here", 0, "write a number or a formula, such as (1.02)")
    if len(text) > MAX_LENGTH:
        raise place.error(f"a formula of {len(text)} characters; {MAX_LENGTH} is the most", 0)
    odd = re.search(r"[^ -~]|[\"'`\\$?@#;{}\[\]:]|!(?!=)|(?<![<>=!])=(?!=)", text)
    if odd:
        raise place.error(f"unexpected {odd.group()!r} in a formula", odd.start(), _ODD_HINTS.get(odd.group(), ""))
    chain = re.search(r"(?:(?:[-+~]|\bnot\b) *){12}", text)
    if chain:
        raise place.error("too many signs in a row", chain.start())
    opened: list[int] = []
    for match in re.finditer(r"[()]", text):
        if match.group() == "(":
            opened.append(match.start())
        elif opened:
            opened.pop()
        else:
            raise place.error("this ')' closes nothing", match.start(), "remove it, or open a bracket before it")
        if len(opened) > _MAX_BRACKETS:
            raise place.error(f"brackets more than {_MAX_BRACKETS} deep", match.start())
    if opened:
        raise place.error("this '(' is never closed", opened[-1], "add the missing ')'")


_ODD_HINTS = {
    "=": "to compare, write ==",
    "!": "for not equal, write !=",
    "[": "use round brackets",
    "{": "use round brackets",
    ":": "keys are separated by commas: 0:(1), 30:(2)",
}


def _syntax(text: str, lead: int, error: BaseException, place: Place) -> ScheduleError:
    if not isinstance(error, SyntaxError):
        return place.error("this formula is too deeply nested", 0)
    column = min(max((error.offset or 1) - 1 + lead, 0), len(text))
    implied = re.search(r"(?<![\w.])(\d+\.?\d*)\s*([A-Za-z_(])|\)\s*([\w(])", text)
    if implied and not re.match(r"\d+(?:\.\d*)?[eE][-+]?\d|0[xXoObB]|\d\s+(?:and|or|if|else)", text[implied.start() :]):
        return place.error(
            "an operator is missing here", implied.end() - 1, "multiplication needs its sign: 2*t, not 2t"
        )
    if re.search(r"[-+*/%,<>=&|^(]\s*\Z|\(\s*\)", text):
        return place.error("a number is missing after this", len(text.rstrip()) - 1)
    return place.error("this is not a formula", column, "expected something like 1+0.1*sin(t/10)")


class _Reader:
    """Turns Python's tree into ours, refusing whatever is not maths."""

    def __init__(self, place: Place, names: frozenset[str]) -> None:
        self._place = place
        self._names = names

    def node(self, tree: ast.expr, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self._error(tree, f"more than {MAX_DEPTH} operations inside one another", "split the formula")
        handler = _HANDLERS.get(type(tree))
        if handler is None:
            raise self._error(tree, "this is not maths", "formulas have numbers, variables, operators and functions")
        return handler(self, tree, depth + 1)

    def _error(self, tree: ast.expr, message: str, hint: str = "") -> ScheduleError:
        return self._place.error(message, tree.col_offset, hint)

    def _apply(self, operation: Operation, operands: list[Node], tree: ast.expr) -> Node:
        if operation.logical[1] and not all(node.logical for node in operands):
            hint = "write a comparison, such as (t > 10) and (t < 20)"
            raise self._error(tree, f"`{operation.name}` joins conditions, not numbers", hint)
        value = self._fold(operation, operands, tree)
        depth = 1 + max(node.depth for node in operands)
        return Apply(operation, tuple(operands), tree.col_offset, value, depth)

    def _fold(self, operation: Operation, operands: list[Node], tree: ast.expr) -> float | None:
        values = [node.value for node in operands if node.value is not None]
        if len(values) < len(operands):
            return None
        arrays = [np.bool_(node.value) if node.logical else np.float64(node.value) for node in operands]  # type: ignore[arg-type]  # none is None here
        try:
            with np.errstate(all="ignore"):
                result = float(operation.numpy(*arrays))
        except ScheduleError as error:
            raise self._error(tree, error.message, error.hint) from None
        if math.isinf(result) and all(math.isfinite(v) for v in values) and operation.name in ("**", "*", "<<", "pow"):
            raise self._error(tree, "this number is too large", "the largest is about 1.8e308")
        return result

    def constant(self, tree: ast.Constant, _: int) -> Node:
        if isinstance(tree.value, bool) or not isinstance(tree.value, int | float):
            raise self._error(tree, f"`{tree.value}` is not a number")
        if isinstance(tree.value, int) and abs(tree.value) >= _MAX_EXACT:
            if len(str(tree.value)) > 300:
                raise self._error(tree, "this number is too large", "the largest is about 1.8e308")
            return Number(float(tree.value), tree.col_offset)
        return Number(tree.value, tree.col_offset)

    def name(self, tree: ast.Name, _: int) -> Node:
        if tree.id in CONSTANTS and tree.id not in self._names:
            return Number(CONSTANTS[tree.id], tree.col_offset)
        if tree.id not in self._names:
            if tree.id in FUNCTIONS or tree.id == "where":
                raise self._error(tree, f"`{tree.id}` is a function", f"call it: {tree.id}(...)")
            known = sorted(self._names | set(CONSTANTS))
            raise self._error(tree, f"unknown name `{tree.id}`", _suggest(tree.id, known))
        return Name(tree.id, tree.col_offset)

    def unary(self, tree: ast.UnaryOp, depth: int) -> Node:
        operand = self.node(tree.operand, depth)
        sign = {ast.USub: "negative", ast.UAdd: "positive", ast.Invert: "~", ast.Not: "not"}[type(tree.op)]
        if sign == "~" and operand.logical:
            sign = "opposite"
        return self._apply(OPERATORS[sign], [operand], tree)

    def binary(self, tree: ast.BinOp, depth: int) -> Node:
        sign = _SIGNS.get(type(tree.op))
        if sign is None:
            raise self._error(tree, "this operator is not known here")
        operands = [self.node(tree.left, depth), self.node(tree.right, depth)]
        if all(node.logical for node in operands):
            sign = {"&": "both", "|": "either", "^": "one of"}.get(sign, sign)
        return self._apply(OPERATORS[sign], operands, tree)

    def compare(self, tree: ast.Compare, depth: int) -> Node:
        operands = [self.node(operand, depth) for operand in (tree.left, *tree.comparators)]
        pairs: list[Node] = []
        for left, op, right in zip(operands, tree.ops, operands[1:], strict=False):
            sign = _SIGNS.get(type(op))
            if sign is None:
                raise self._error(tree, "numbers are compared by <, <=, >, >=, == and !=")
            pairs.append(self._apply(OPERATORS[sign], [left, right], tree))
        return self._joined("and", pairs, tree)

    def boolean(self, tree: ast.BoolOp, depth: int) -> Node:
        operands = [self.node(operand, depth) for operand in tree.values]
        return self._joined("and" if isinstance(tree.op, ast.And) else "or", operands, tree)

    def _joined(self, name: str, operands: list[Node], tree: ast.expr) -> Node:
        joined = operands[0]
        for operand in operands[1:]:
            joined = self._apply(OPERATORS[name], [joined, operand], tree)
        return joined

    def choice(self, tree: ast.IfExp, depth: int) -> Node:
        operands = [self.node(part, depth) for part in (tree.test, tree.body, tree.orelse)]
        return self._apply(OPERATORS["where"], operands, tree)

    def call(self, tree: ast.Call, depth: int) -> Node:
        if not isinstance(tree.func, ast.Name):
            raise self._error(tree, "only the functions of the formula language can be called")
        name = tree.func.id
        operation = OPERATORS["where"] if name == "where" else FUNCTIONS.get(name)
        if operation is None:
            hint = _suggest(name, [*FUNCTIONS, "where"], called=True)
            if name in self._names | set(CONSTANTS):
                hint = f"multiplication needs its sign: {name}*(...)"
            raise self._error(tree, f"unknown function `{name}`", hint)
        if tree.keywords or not operation.accepts(len(tree.args)):
            raise self._error(tree, f"`{name}` takes {_count(operation)}, not {len(tree.args) + len(tree.keywords)}")
        return self._apply(operation, [self.node(argument, depth) for argument in tree.args], tree)


_HANDLERS: dict[type[ast.expr], Callable[[_Reader, ast.expr, int], Node]] = {
    ast.Constant: _Reader.constant,
    ast.Name: _Reader.name,
    ast.UnaryOp: _Reader.unary,
    ast.BinOp: _Reader.binary,
    ast.Compare: _Reader.compare,
    ast.BoolOp: _Reader.boolean,
    ast.IfExp: _Reader.choice,
    ast.Call: _Reader.call,
}  # type: ignore[dict-item]  # each handler takes its own kind of node

_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


def _count(operation: Operation) -> str:
    low, high = operation.arity
    if high is None:
        return f"{low} or more values"
    return "1 value" if low == 1 else f"{low} values"


def _suggest(name: str, known: Collection[str], *, called: bool = False) -> str:
    alias = _ALIASES.get(name.lower())
    if alias in known:
        return f"did you mean `{alias}`?"
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    if called:
        return "known functions: " + ", ".join(sorted(known))
    return "known names: " + ", ".join(known)
