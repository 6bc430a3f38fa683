"""Every operation that a formula may use, as data: its operands, its numexpr form, its numpy form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schedules.errors import ScheduleError


@dataclass(frozen=True)
class Operation:
    """One operator or function of the formula language.

    Attributes:
        name: As written in a formula, or an operator's sign.
        arity: Fewest and most operands; most is None where any number will do.
        numpy: Computes it on float64 arrays.
        numexpr: Template for numexpr ("{0} + {1}"); None where numexpr (>= 2.10) has no such operation.
        reference: Template as Deforum 3.0 hands it to numexpr with whole numbers as int64; None where it refuses it.
        logical: Whether the result is true or false, and whether the operands have to be.
    """

    name: str
    arity: tuple[int, int | None]
    numpy: Callable[..., Any]
    numexpr: str | None = None
    reference: str | None = None
    logical: tuple[bool, bool] = (False, False)

    def accepts(self, count: int) -> bool:
        """Returns whether `count` operands are right."""
        low, high = self.arity
        return low <= count and (high is None or count <= high)


def _whole(x: Any) -> NDArray[np.int64]:
    values = np.asarray(x, dtype=np.float64)
    if not np.all(np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < 2**53)):
        raise ScheduleError("bit operations need whole numbers", hint="use floor(...) first")
    return values.astype(np.int64)


def _bits(operation: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *xs: np.asarray(operation(*(_whole(x) for x in xs)), dtype=np.float64)


def _shift(x: Any, count: Any, sign: int) -> NDArray[np.float64]:
    # Shifts by multiplication: a shift beyond the word's width is then a large number, not an accident.
    return np.floor(_whole(x) * 2.0 ** (sign * np.clip(_whole(count), 0, 1023)))


def _many(pair: Callable[..., Any]) -> Callable[..., Any]:
    def reduced(first: Any, *rest: Any) -> Any:
        for x in rest:
            first = pair(first, x)
        return first

    return reduced


def _function(name: str, numpy: Callable[..., Any], count: int = 1, *, in_numexpr: bool = True) -> Operation:
    call = f"{name}({', '.join('{%d}' % i for i in range(count))})"
    return Operation(name, (count, count), numpy, call if in_numexpr else None, call)


def _test(name: str, numpy: Callable[..., Any]) -> Operation:
    return Operation(name, (1, 1), numpy, None, name + "({0})", logical=(True, False))


def _single(name: str, numpy: Callable[..., Any]) -> Operation:
    # The reference reduces one frame's number, which changes nothing.
    return Operation(name, (1, None), _many(numpy), None, "({0})")


def _functions() -> dict[str, Operation]:
    plain = "sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh log log10 log1p exp expm1 sqrt"
    operations = [_function(name, getattr(np, name)) for name in f"{plain} abs floor ceil".split()]
    operations += [_function("arctan2", np.arctan2, 2), _function("fmod", np.fmod, 2)]
    operations += [_function(name, getattr(np, name), 1, in_numexpr=False) for name in "log2 sign trunc".split()]
    operations += [_function(n, getattr(np, n), 2, in_numexpr=False) for n in "hypot copysign nextafter".split()]
    operations += [_function("round", np.round, in_numexpr=False), _function("ones_like", np.ones_like, in_numexpr=False)]
    operations += [_test(name, getattr(np, name)) for name in "isnan isinf isfinite signbit".split()]
    operations += [_function(name, getattr(np, name), in_numexpr=False) for name in "real imag conj copy".split()]
    operations += [
        _single("min", np.minimum),
        _single("max", np.maximum),
        _single("sum", np.add),
        _single("prod", np.multiply),
        Operation("minimum", (2, 2), np.minimum, None, "minimum({0}, {1})"),
        Operation("maximum", (2, 2), np.maximum, None, "maximum({0}, {1})"),
        Operation("clip", (3, 3), np.clip),
        Operation("int", (1, 1), np.trunc),
        Operation("float", (1, 1), np.positive),
        Operation("pow", (2, 2), np.power, "({0}) ** ({1})"),
        Operation("radians", (1, 1), np.radians),
        Operation("degrees", (1, 1), np.degrees),
    ]
    return {operation.name: operation for operation in operations}


def _arithmetic(sign: str, numpy: Callable[..., Any], *, in_numexpr: bool = True) -> Operation:
    template = "({0}) %s ({1})" % sign
    return Operation(sign, (2, 2), numpy, template if in_numexpr else None, template)


def _comparison(sign: str, numpy: Callable[..., Any]) -> Operation:
    template = "({0}) %s ({1})" % sign
    return Operation(sign, (2, 2), numpy, template, template, logical=(True, False))


def _joint(name: str, numpy: Callable[..., Any], sign: str, reference: str | None) -> Operation:
    template = "({0}) %s ({1})"
    return Operation(
        name, (2, 2), numpy, template % sign, reference and template % reference, logical=(True, True)
    )


def _bitwise(sign: str, numpy: Callable[..., Any]) -> Operation:
    return Operation(sign, (2, 2), numpy, None, "({0}) %s ({1})" % sign)


def _operators() -> dict[str, Operation]:
    operations = [
        _arithmetic("+", np.add),
        _arithmetic("-", np.subtract),
        _arithmetic("*", np.multiply),
        _arithmetic("/", np.divide),
        _arithmetic("**", np.power),
        _arithmetic("%", np.mod, in_numexpr=False),
        _arithmetic("//", np.floor_divide, in_numexpr=False),
        Operation("negative", (1, 1), np.negative, "-({0})", "-({0})"),
        Operation("positive", (1, 1), np.positive, "+({0})", "+({0})"),
        *(
            _comparison(sign, function)
            for sign, function in {
                "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
                "==": np.equal, "!=": np.not_equal,
            }.items()
        ),
        _joint("and", np.logical_and, "&", None),
        _joint("or", np.logical_or, "|", None),
        _joint("both", np.logical_and, "&", "&"),
        _joint("either", np.logical_or, "|", "|"),
        _joint("one of", np.logical_xor, "!=", "^"),
        Operation("not", (1, 1), np.logical_not, "~({0})", None, logical=(True, True)),
        Operation("opposite", (1, 1), np.logical_not, "~({0})", "~({0})", logical=(True, True)),
        _bitwise("&", _bits(np.bitwise_and)),
        _bitwise("|", _bits(np.bitwise_or)),
        _bitwise("^", _bits(np.bitwise_xor)),
        _bitwise("<<", lambda x, n: _shift(x, n, 1)),
        _bitwise(">>", lambda x, n: _shift(x, n, -1)),
        Operation("~", (1, 1), _bits(np.invert), None, "~({0})"),
        Operation("where", (3, 3), np.where, "where({0}, {1}, {2})", "where({0}, {1}, {2})"),
    ]
    return {operation.name: operation for operation in operations}


FUNCTIONS: Mapping[str, Operation] = MappingProxyType(_functions())
"""Functions by the name they are called by (`where` is an operator here: its first operand is a condition)."""

OPERATORS: Mapping[str, Operation] = MappingProxyType(_operators())
"""Operators by their sign; those on conditions have names of their own."""
