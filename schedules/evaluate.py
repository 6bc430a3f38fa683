"""Evaluates formulas for all frames at once, with numexpr.

A formula's tree is written as numexpr text, in pieces of bounded size (numexpr's compiler is quadratic in the
length and stops at 255 registers); operations that numexpr lacks are computed by numpy between the pieces.
numexpr caches the compiled pieces (256 entries) and computes on its thread pool. Short films do without;
see `few_frames`.
"""

from collections.abc import Mapping

import numexpr
import numpy as np
from numpy.typing import NDArray

from schedules import few_frames
from schedules.columns import apply, over_film
from schedules.errors import ScheduleError
from schedules.formula import Apply, Formula, Name, Node, Number
from schedules.scope import Scope
from schedules.suggest import suggestion

_PIECE = 24

_MAX_WHOLE = 2**63  # seeds may be larger
_BUILT_IN = frozenset({"t", "i", "max_f", "s", "fps"})

Array = NDArray[np.float64]
Bindings = dict[str, NDArray[np.generic]]


def evaluate(formula: Formula, frames: NDArray[np.int64], scope: Scope) -> Array:
    """Returns the formula's value for each of `frames` (n,), float64, possibly NaN or infinite.

    With `scope.compat` Deforum's arithmetic is tried first, in which whole numbers are 64-bit integers.

    Raises:
        ScheduleError: It needs a beat or signal that the film lacks, or has bit operations on fractions.
    """
    _check_names(formula, scope)
    with np.errstate(all="ignore"):  # numexpr computes constants by numpy
        values = _by_deforum(formula, frames, scope) if scope.compat else None
        if values is None:
            root, names = _resolved(formula, frames, scope, np.float64)
            values = _value_of(root, names, len(frames))
    result: Array = np.broadcast_to(np.asarray(values, dtype=np.float64), frames.shape).copy()
    return result


def evaluate_whole(formula: Formula, frames: NDArray[np.int64], scope: Scope) -> NDArray[np.generic]:
    """Returns the formula's value for each of `frames` (n,) with Python's arithmetic on numbers.

    Integers stay integers (int64) where Python keeps them; Deforum evaluates math in prompts like this.
    """
    _check_names(formula, scope)
    with np.errstate(all="ignore"):
        values = _numpy(*_resolved(formula, frames, scope, np.int64))
    return np.broadcast_to(np.asarray(values), frames.shape)


def _value_of(node: Node, names: Bindings, frames: int) -> NDArray[np.generic]:
    return few_frames.value_of(node, names) if frames <= few_frames.FEW else _Writer(names).array(node)


def _numpy(node: Node, names: Bindings) -> NDArray[np.generic]:
    if isinstance(node, Number):
        return np.asarray(node.literal)
    if isinstance(node, Name):
        return names[node.name]
    operands = [_numpy(operand, names) for operand in node.operands]
    if not node.operation.logical[1]:  # True is 1, as in Python; numpy has no -True
        operands = [x.astype(np.int64) if x.dtype == np.bool_ else x for x in operands]
    if node.operation.name in ("**", "pow"):
        return _power(*operands)
    return np.asarray(apply(node, operands))


def _power(base: NDArray[np.generic], exponent: NDArray[np.generic]) -> NDArray[np.generic]:
    """Returns base ** exponent, as integers where both are and the result fits."""
    floats = [np.asarray(x, dtype=np.float64) for x in (base, exponent)]
    power: NDArray[np.float64] = np.power(*floats)
    whole = np.issubdtype(base.dtype, np.integer) and np.issubdtype(exponent.dtype, np.integer)
    if whole and bool(np.all(floats[1] >= 0) and np.all(np.abs(power) < 2.0**62)):
        return np.asarray(np.power(base, exponent))
    return power


def _by_deforum(formula: Formula, frames: NDArray[np.int64], scope: Scope) -> NDArray[np.generic] | None:
    """Returns the values by Deforum's arithmetic, or None if Deforum rejects the formula."""
    try:
        return _DeforumWriter(_bindings(formula, frames, scope, np.int64)).array(formula.root)
    except (ArithmeticError, TypeError, ValueError, NotImplementedError, KeyError, AttributeError):
        # Deforum rejects whatever numexpr rejects here; the caller then uses our own arithmetic.
        return None


def _check_names(formula: Formula, scope: Scope) -> None:
    for name in formula.names - _BUILT_IN - scope.names:
        if name != "bpm":
            message = f"`{formula.text:.80}` needs the signal `{name}`, which this film does not have"
            raise ScheduleError(message, hint=suggestion(name, scope.names))
        if scope.bpm is None:
            hint = "set bpm, such as bpm: 120"
            raise ScheduleError(f"`{formula.text:.80}` needs `bpm`, and the film has no beat", hint=hint)


def _resolved(
    formula: Formula, frames: NDArray[np.int64], scope: Scope, whole: type
) -> tuple[Node, Bindings]:
    """Returns the tree and the values of its names at `frames`; columns of the whole film are names in it."""
    names = _bindings(formula, frames, scope, whole)
    if not formula.columns:
        return formula.root, names
    film = _bindings(formula, np.arange(scope.frames), scope, np.float64)
    root, columns = over_film(
        formula.root, scope.frames, lambda node, more: _value_of(node, film | more, scope.frames)
    )
    inside = np.clip(frames, 0, scope.max_f)
    while columns:  # each is freed once its frames are taken, for long films
        name, column = columns.popitem()
        names[name] = column[inside]
    return root, names


def _bindings(formula: Formula, frames: NDArray[np.int64], scope: Scope, whole: type) -> Bindings:
    names: Bindings = {
        "t": frames.astype(whole),
        "max_f": np.asarray(whole(scope.max_f)),
        "s": np.asarray(whole(scope.seed) if abs(scope.seed) < _MAX_WHOLE else np.float64(scope.seed)),
        "fps": np.asarray(np.float64(scope.fps)),
        "bpm": np.asarray(np.float64(np.nan if scope.bpm is None else scope.bpm)),
    }
    names["i"] = names["t"]
    used = formula.names
    inside = np.clip(frames, 0, scope.max_f)
    names |= {name: signal[inside] for name, signal in scope.signals.items() if name in used}
    markers = used & scope.markers.keys()
    return names | {name: np.asarray(scope.frame_of_marker(name)) for name in markers}


class _Writer:
    """Writes a tree as numexpr text, in float64, and binds pieces of it to names."""

    def __init__(self, names: Mapping[str, NDArray[np.generic]]) -> None:
        self._names = dict(names)

    def array(self, node: Node) -> NDArray[np.generic]:
        """Returns the node's value for all frames, or a single one if it does not depend on the frame."""
        if isinstance(node, Name):
            return self._names[node.name]
        return self._run(self._text(node)[0])

    def _run(self, text: str) -> NDArray[np.generic]:
        return np.asarray(numexpr.evaluate(text, local_dict=self._names, global_dict={}, sanitize=False))

    def _text(self, node: Node) -> tuple[str, int]:
        """Returns numexpr text for the node and its size: its operations and the pieces bound in it."""
        if isinstance(node, Name):
            return node.name, int(node.name not in _BUILT_IN)  # numexpr takes only so many different arrays
        if isinstance(node, Number) or node.value is not None:
            return self._constant(node), 0
        template = self._template(node)
        if template is None:
            operands = [np.asarray(self.array(operand), dtype=np.float64) for operand in node.operands]
            return self._bind(apply(node, operands)), 1
        parts = [self._operand(node, index) for index in range(len(node.operands))]
        while sum(size for _, size in parts) >= _PIECE:
            largest = max(range(len(parts)), key=lambda index: parts[index][1])
            parts[largest] = (self._bind(self._run(parts[largest][0])), 1)
        return template.format(*(text for text, _ in parts)), 1 + sum(size for _, size in parts)

    def _template(self, node: Apply) -> str | None:
        return node.operation.numexpr

    def _constant(self, node: Number | Apply) -> str:
        if node.logical:
            return self._bind(np.bool_(node.value))
        value = float(node.value or 0.0)
        return f"({value!r})" if np.isfinite(value) else self._bind(value)

    def _operand(self, node: Apply, index: int) -> tuple[str, int]:
        """Returns an operand as text, converted to what its operation expects: a condition or a number."""
        operand = node.operands[index]
        text, size = self._text(operand)
        condition = node.operation.takes_condition(index)
        if condition and not operand.logical:
            return f"(({text}) != 0)", size + 1
        if operand.logical and not condition:
            return f"where({text}, 1.0, 0.0)", size + 1
        if node.operation.name == "/" and operand.value == 0:
            return self._bind(0.0), 1  # numexpr divides by constants when it compiles, and fails at zero
        return text, size

    def _bind(self, value: object) -> str:
        name = f"_piece{len(self._names)}"
        self._names[name] = np.asarray(value)
        return name


class _DeforumWriter(_Writer):
    """Writes a tree as Deforum passes it to numexpr: integers as integers, no conversions."""

    def _template(self, node: Apply) -> str:
        template = node.operation.deforum
        if template is None or template.count("{") != len(node.operands):
            raise NotImplementedError(node.operation.name)
        return template

    def _constant(self, node: Number | Apply) -> str:
        if isinstance(node, Number):
            return f"({node.literal!r})"
        # Operands of a constant are constants: names have no value of their own.
        operands = [operand for operand in node.operands if not isinstance(operand, Name)]
        return self._template(node).format(*map(self._constant, operands))

    def _operand(self, node: Apply, index: int) -> tuple[str, int]:
        return self._text(node.operands[index])
