"""Parses formulas: whitelisted math as a small tree, with the column of every node.

`parse` reads the text with `ast` and accepts only numbers, names and the operations of `operations.py`;
`evaluate.py` computes the tree. Limits bound the work for any text.
"""

import ast
import math
import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

import numpy as np

from schedules import tokens
from schedules.errors import ScheduleError
from schedules.film_functions import FILM_FUNCTIONS
from schedules.formula import Apply, Formula, Name, Node, Number, Place, walk
from schedules.operations import FUNCTIONS, OPERATORS, Operation
from schedules.unknown_names import advice

MAX_LENGTH = 10_000
MAX_DEPTH = 150
_MAX_EXACT = 2.0**63
_MAX_BITS = 1_000
_GROWING = ("**", "*", "<<", "pow")
_LARGEST = "the largest is about 1.8e308"

CONSTANTS: Mapping[str, float] = MappingProxyType({"pi": math.pi, "e": math.e})
FILM_VARIABLES = frozenset({"max_f", "s", "fps", "bpm"})
"""Variables with one value for the whole film."""
VARIABLES = FILM_VARIABLES | {"t"}
_CALLED: Mapping[str, Operation] = MappingProxyType(
    {**FUNCTIONS, "where": OPERATORS["where"], **FILM_FUNCTIONS}
)
_LEADING_ZEROS = re.compile(r"(?<![\w.])(?<![\d.][eE][+-])0+(?=[1-9])")  # 007 is 7; Python refuses it


def parse(text: str, *, place: Place | None = None, names: Collection[str] = VARIABLES) -> Formula:
    """Parses a formula.

    Args:
        text: Math in Python's syntax, such as `1+0.1*sin(t/10)`.
        place: Its position in the source, for messages; the formula itself by default.
        names: Allowed variables, besides pi and e.

    Raises:
        ScheduleError: The text is not a formula, or has something that is not allowed; points at the column.
    """
    place = place or Place(text)
    clean = re.sub(r"\s", " ", text)
    if not clean.strip():
        raise place.error("there is no value here", 0, "write a number or a formula, such as (1.02)")
    if len(clean) > MAX_LENGTH:
        raise place.error(f"a formula has {len(clean)} characters; expected at most {MAX_LENGTH}", 0)
    tokens.check(clean, place.error)
    lead = len(clean) - len(clean.lstrip())
    try:
        tree = ast.parse(_LEADING_ZEROS.sub(_blanks, clean.strip()), mode="eval")
    except SyntaxError as error:
        column = min(max((error.offset or 1) - 1 + lead, 0), len(clean))
        hint = "expected something like 1+0.1*sin(t/10)"
        raise place.error("this is not a formula", column, hint) from None
    except (RecursionError, MemoryError):
        raise place.error("this formula is too deeply nested", 0) from None
    inner = Place(place.text, place.column + lead, place.label)
    return Formula(text.strip(), _Reader(inner, frozenset(names)).node(tree.body, 0))


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match.group())


class _Reader:
    """Converts Python's syntax tree into a formula's tree and rejects whatever is not math."""

    def __init__(self, place: Place, names: frozenset[str]) -> None:
        self._place = place
        self._names = names

    def node(self, tree: ast.expr, depth: int) -> Node:
        if depth > MAX_DEPTH:
            message = f"more than {MAX_DEPTH} nested operations"
            raise self._error(tree, message, "split the formula")
        match tree:
            case ast.Constant():
                return self._constant(tree)
            case ast.Name():
                return self._name(tree)
            case _:
                return self._compound(tree, depth + 1)

    def _compound(self, tree: ast.expr, depth: int) -> Node:
        match tree:
            case ast.UnaryOp():
                return self._unary(tree, depth)
            case ast.BinOp():
                return self._binary(tree, depth)
            case ast.Compare():
                return self._compare(tree, depth)
            case ast.BoolOp():
                return self._boolean(tree, depth)
            case ast.IfExp():
                return self._choice(tree, depth)
            case ast.Call():
                return self._call(tree, depth)
        hint = "a formula consists of numbers, variables, operators and functions"
        raise self._error(tree, "this is not math", hint)

    def _error(self, tree: ast.expr, message: str, hint: str = "") -> ScheduleError:
        return self._place.error(message, tree.col_offset, hint)

    def _apply(self, operation: Operation, operands: list[Node], tree: ast.expr) -> Node:
        if operation.logical[1] and not all(node.logical for node in operands):
            hint = "write a comparison, such as (t > 10) and (t < 20)"
            raise self._error(tree, f"`{operation.name}` joins conditions, not numbers", hint)
        value = self._fold(operation, operands, tree)
        return Apply(operation, tuple(operands), tree.col_offset, value)

    def _fold(self, operation: Operation, operands: list[Node], tree: ast.expr) -> float | None:
        """Returns the operation's value if all operands are constants; rejects overflows."""
        numbers = [node.value for node in operands if node.value is not None]
        if len(numbers) < len(operands):
            return None
        values = [np.asarray(number, dtype=bool if operation.logical[1] else float) for number in numbers]
        try:
            with np.errstate(all="ignore"):
                result = float(operation.numpy(*values))
        except ScheduleError as error:
            raise self._error(tree, error.message, error.hint) from None
        grown = operation.name in _GROWING and all(map(np.isfinite, values)) and values[0] != 0
        if math.isinf(result) and grown:
            raise self._error(tree, "this number is too large", _LARGEST)
        return result

    def _constant(self, tree: ast.Constant) -> Node:
        if not isinstance(tree.value, int | float):
            raise self._error(tree, f"`{tree.value!r}` is not a number")
        if isinstance(tree.value, bool):
            return Number(tree.value, tree.col_offset, logical=True)
        if isinstance(tree.value, int) and abs(tree.value) >= _MAX_EXACT:
            if tree.value.bit_length() > _MAX_BITS:
                raise self._error(tree, "this number is too large", _LARGEST)
            return Number(float(tree.value), tree.col_offset)
        return Number(tree.value, tree.col_offset)

    def _name(self, tree: ast.Name) -> Node:
        if tree.id in CONSTANTS and tree.id not in self._names:
            return Number(CONSTANTS[tree.id], tree.col_offset)
        if tree.id not in self._names:
            if tree.id in _CALLED:
                raise self._error(tree, f"`{tree.id}` is a function", f"call it: {tree.id}(...)")
            known = sorted(self._names | set(CONSTANTS))
            raise self._error(tree, f"unknown name `{tree.id}`", advice(tree.id, known))
        return Name(tree.id, tree.col_offset)

    def _unary(self, tree: ast.UnaryOp, depth: int) -> Node:
        operand = self.node(tree.operand, depth)
        sign = {ast.USub: "negative", ast.UAdd: "positive", ast.Invert: "~", ast.Not: "not"}[type(tree.op)]
        if sign == "~" and operand.logical:
            sign = "opposite"
        return self._apply(OPERATORS[sign], [operand], tree)

    def _binary(self, tree: ast.BinOp, depth: int) -> Node:
        sign = _SIGNS.get(type(tree.op))
        if sign is None:
            raise self._error(tree, "this operator is not known here")
        operands = [self.node(tree.left, depth), self.node(tree.right, depth)]
        if all(node.logical for node in operands):
            sign = {"&": "both", "|": "either", "^": "just one"}.get(sign, sign)
        return self._apply(OPERATORS[sign], operands, tree)

    def _compare(self, tree: ast.Compare, depth: int) -> Node:
        operands = [self.node(operand, depth) for operand in (tree.left, *tree.comparators)]
        pairs: list[Node] = []
        for left, op, right in zip(operands, tree.ops, operands[1:], strict=False):
            sign = _SIGNS.get(type(op))
            if sign is None:
                raise self._error(tree, "numbers are compared by <, <=, >, >=, == and !=")
            pairs.append(self._apply(OPERATORS[sign], [left, right], tree))
        return self._join("and", pairs, tree)

    def _boolean(self, tree: ast.BoolOp, depth: int) -> Node:
        operands = [self.node(operand, depth) for operand in tree.values]
        return self._join("and" if isinstance(tree.op, ast.And) else "or", operands, tree)

    def _join(self, name: str, operands: list[Node], tree: ast.expr) -> Node:
        """Returns the operands joined pairwise, so that a long chain makes a shallow tree."""
        if len(operands) == 1:
            return operands[0]
        half = len(operands) // 2
        halves = [self._join(name, part, tree) for part in (operands[:half], operands[half:])]
        return self._apply(OPERATORS[name], halves, tree)

    def _choice(self, tree: ast.IfExp, depth: int) -> Node:
        operands = [self.node(part, depth) for part in (tree.test, tree.body, tree.orelse)]
        return self._apply(OPERATORS["where"], operands, tree)

    def _call(self, tree: ast.Call, depth: int) -> Node:
        if not isinstance(tree.func, ast.Name):
            raise self._error(tree, "only the functions of the formula language can be called")
        name = tree.func.id
        operation = _CALLED.get(name)
        if operation is None:
            hint = advice(name, _CALLED, called=True)
            if name in self._names | set(CONSTANTS):
                hint = f"multiplication needs its sign: {name}*(...)"
            raise self._error(tree, f"unknown function `{name}`", hint)
        if not operation.accepts(len(tree.args)):
            raise self._error(tree, f"`{name}` takes {_count(operation)}, not {len(tree.args)}")
        operands = [self.node(argument, depth) for argument in tree.args]
        for index in operation.fixed:
            if index < len(operands):
                self._check_fixed(name, operands[index])
        given = [Name(variable, tree.col_offset) for variable in operation.given]
        left_out = operation.optional[len(operands) - operation.arity[0] :]
        defaults = [Number(value, tree.col_offset) for value in left_out]
        return self._apply(operation, [*given, *operands, *defaults], tree)

    def _check_fixed(self, name: str, operand: Node) -> None:
        """Checks that an operand is the same on every frame."""
        for node in walk(operand):
            by_frame = isinstance(node, Name) and node.name not in FILM_VARIABLES
            if by_frame or (isinstance(node, Apply) and node.operation.whole_film):
                hint = "use numbers, fps, bpm, max_f and s, such as 60/bpm"
                message = f"this value of `{name}` has to be the same on every frame"
                raise self._place.error(message, node.column, hint)


_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


def _count(operation: Operation) -> str:
    low, high = operation.arity
    if high is None:
        return f"{low} or more values"
    if high > low:
        return f"{low} or {high} values"
    return "1 value" if low == 1 else f"{low} values"
