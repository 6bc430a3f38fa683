"""The operations of formulas, as data: number of operands, numexpr form, numpy form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schedules.errors import ScheduleError

Compute = Callable[..., Any]


@dataclass(frozen=True)
class Operation:
    """One operator or function of the formula language.

    Attributes:
        name: Name of the function in a formula, or the operator's sign.
        arity: Least and largest number of operands; the largest is None for any number.
        numpy: Function on arrays.
        numexpr: Template for numexpr ("{0} + {1}"); None if numexpr (>= 2.10) has no such operation.
        deforum: Template that Deforum passes to numexpr; None if Deforum rejects the operation.
        logical: True if the result is a truth value, and True if the operands have to be.
        given: Variables of the film that it takes before its operands, such as `fps`.
        optional: Values of the last operands where they are left out.
        fixed: Indices of operands that must not change from frame to frame.
        whole_film: True if it needs its operands, and gives its result, on all frames of the film.
    """

    name: str
    arity: tuple[int, int | None]
    numpy: Compute
    numexpr: str | None = None
    deforum: str | None = None
    logical: tuple[bool, bool] = (False, False)
    given: tuple[str, ...] = ()
    optional: tuple[float, ...] = ()
    fixed: tuple[int, ...] = ()
    whole_film: bool = False

    def accepts(self, count: int) -> bool:
        """Returns True if the operation takes `count` operands."""
        low, high = self.arity
        return low <= count and (high is None or count <= high)

    def takes_condition(self, index: int) -> bool:
        """Returns True if an operand has to be a truth value."""
        return self.logical[1] or (self.name == "where" and index == 0)


_ONE_NUMBER = (
    "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh",
    "arcsinh", "arccosh", "arctanh", "log", "log10", "log1p", "exp", "expm1", "sqrt", "abs", "floor", "ceil",
)  # fmt: skip
_ONE_NUMBER_BY_NUMPY = ("log2", "sign", "trunc", "round", "ones_like")
_COMPLEX = ("real", "imag", "conj", "copy")  # on real numbers, where Deforum fails
_TWO_NUMBERS = ("arctan2", "fmod")
_TWO_NUMBERS_BY_NUMPY = ("hypot", "copysign", "nextafter", "minimum", "maximum")
_TESTS = ("isnan", "isinf", "isfinite", "signbit")
_COMPARISONS: Mapping[str, Compute] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
_ARITHMETIC: Mapping[str, Compute] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": np.power,
}
# numexpr's remainder and floor division differ between its versions; numpy's are Python's.
_ARITHMETIC_BY_NUMPY: Mapping[str, Compute] = {"%": np.mod, "//": np.floor_divide}
# Deforum reduces the number of one frame, which changes nothing, and rejects several operands.
_REDUCTIONS: Mapping[str, Compute] = {
    "min": np.minimum,
    "max": np.maximum,
    "sum": np.add,
    "prod": np.multiply,
}
_BITWISE: Mapping[str, Compute] = {"&": np.bitwise_and, "|": np.bitwise_or, "^": np.bitwise_xor}
_TRUE_OR_FALSE = (True, True)


def _functions() -> dict[str, Operation]:
    operations = [
        *(Operation(name, (1, 1), getattr(np, name), _call(name, 1), _call(name, 1)) for name in _ONE_NUMBER),
        *(
            Operation(name, (2, 2), getattr(np, name), _call(name, 2), _call(name, 2))
            for name in _TWO_NUMBERS
        ),
        *(Operation(name, (1, 1), getattr(np, name), None, _call(name, 1)) for name in _ONE_NUMBER_BY_NUMPY),
        *(Operation(name, (1, 1), getattr(np, name)) for name in _COMPLEX),
        *(Operation(name, (2, 2), getattr(np, name), None, _call(name, 2)) for name in _TWO_NUMBERS_BY_NUMPY),
        *(Operation(name, (1, 1), getattr(np, name), None, _call(name, 1), (True, False)) for name in _TESTS),
        *(Operation(name, (1, None), _reduce(pair), None, "({0})") for name, pair in _REDUCTIONS.items()),
        Operation("clip", (3, 3), np.clip),
        Operation("int", (1, 1), np.trunc),
        Operation("float", (1, 1), np.positive),
        Operation("pow", (2, 2), np.power, _infix("**")),
        Operation("radians", (1, 1), np.radians),
        Operation("degrees", (1, 1), np.degrees),
    ]
    return {operation.name: operation for operation in operations}


def _operators() -> dict[str, Operation]:
    choice = _call("where", 3)
    operations = [
        *(Operation(sign, (2, 2), f, _infix(sign), _infix(sign)) for sign, f in _ARITHMETIC.items()),
        *(Operation(sign, (2, 2), f, None, _infix(sign)) for sign, f in _ARITHMETIC_BY_NUMPY.items()),
        *(
            Operation(sign, (2, 2), f, _infix(sign), _infix(sign), (True, False))
            for sign, f in _COMPARISONS.items()
        ),
        *(Operation(sign, (2, 2), _bits(f), None, _infix(sign)) for sign, f in _BITWISE.items()),
        Operation("<<", (2, 2), lambda x, n: _shift(x, n, 1), None, _infix("<<")),
        Operation(">>", (2, 2), lambda x, n: _shift(x, n, -1), None, _infix(">>")),
        Operation("~", (1, 1), _bits(np.invert), None, "~({0})"),
        Operation("negative", (1, 1), np.negative, "-({0})", "-({0})"),
        Operation("positive", (1, 1), np.positive, "+({0})", "+({0})"),
        Operation("and", (2, 2), np.logical_and, _infix("&"), None, _TRUE_OR_FALSE),
        Operation("or", (2, 2), np.logical_or, _infix("|"), None, _TRUE_OR_FALSE),
        Operation("not", (1, 1), np.logical_not, "~({0})", None, _TRUE_OR_FALSE),
        Operation("both", (2, 2), np.logical_and, _infix("&"), _infix("&"), _TRUE_OR_FALSE),
        Operation("either", (2, 2), np.logical_or, _infix("|"), _infix("|"), _TRUE_OR_FALSE),
        Operation("just one", (2, 2), np.logical_xor, _infix("!="), _infix("^"), _TRUE_OR_FALSE),
        Operation("opposite", (1, 1), np.logical_not, "~({0})", "~({0})", _TRUE_OR_FALSE),
        Operation("where", (3, 3), np.where, choice, choice),
    ]
    return {operation.name: operation for operation in operations}


def _call(name: str, count: int) -> str:
    return f"{name}({', '.join(f'{{{index}}}' for index in range(count))})"


def _infix(sign: str) -> str:
    return f"({{0}}) {sign} ({{1}})"


def _reduce(pair: Compute) -> Compute:
    def reduced(first: Any, *rest: Any) -> Any:
        for x in rest:
            first = pair(first, x)
        return first

    return reduced


def _whole(x: Any) -> NDArray[np.int64]:
    values = np.asarray(x, dtype=np.float64)
    if not np.all(np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < 2**53)):
        raise ScheduleError("bit operations need whole numbers", hint="use floor(...) first")
    return values.astype(np.int64)


def _bits(operation: Compute) -> Compute:
    return lambda *xs: np.asarray(operation(*map(_whole, xs)), dtype=np.float64)


def _shift(x: Any, count: Any, sign: int) -> NDArray[np.float64]:
    # On floats: a shift beyond 64 bits then gives a large number instead of wrapping around.
    count = sign * np.clip(_whole(count), 0, 5_000)
    return np.asarray(np.floor(np.ldexp(np.asarray(_whole(x), dtype=np.float64), count)))


FUNCTIONS: Mapping[str, Operation] = MappingProxyType(_functions())
"""Functions of numpy by name; `film_functions.py` has those of films."""

OPERATORS: Mapping[str, Operation] = MappingProxyType(_operators())
"""Operators by sign; those on conditions by a name, and `where`, whose first operand is a condition."""
