"""Evaluates formulas on few frames, operation by operation: nothing is compiled for a formula of its own.

The values are those of the whole formula in numexpr, bit for bit. What IEEE 754 defines to the last bit is
computed by numpy, each other operation by numexpr, whose functions differ from numpy's in the last bits. It
keeps the program of a single operation, which all formulas share.
"""

from collections.abc import Mapping

import numexpr
import numpy as np
from numpy.typing import NDArray

from schedules.columns import apply
from schedules.formula import Apply, Name, Node, Number

FEW = 10_000
"""Frames up to which this is used. With one thread it is faster up to some 50,000; where numexpr has kept the
programs of the formulas from before, up to some 8,000."""

_ARITHMETIC = ("+", "-", "*", "/", "negative", "positive", "sqrt", "abs", "floor", "ceil", "fmod")
_CONDITIONS = ("<", "<=", ">", ">=", "==", "!=", "and", "or", "not", "both", "either", "just one", "opposite")
_ROUNDED_ALIKE = frozenset((*_ARITHMETIC, *_CONDITIONS, "where"))
"""Operations with the same bits in numpy and numexpr on every machine."""

Values = NDArray[np.generic]


def value_of(node: Node, names: Mapping[str, Values]) -> Values:
    """Returns a node's value for all frames, or a single one if it does not depend on the frame.

    Args:
        node: The tree.
        names: Values of its names, float64.
    """
    if isinstance(node, Name):
        return names[node.name]
    if isinstance(node, Number) or node.value is not None:
        return _constant(node)
    operation = node.operation
    if operation.numexpr is None:
        floats = [np.asarray(value_of(operand, names), dtype=np.float64) for operand in node.operands]
        return np.asarray(apply(node, floats))
    operands = [_operand(node, index, names) for index in range(len(node.operands))]
    if operation.name not in _ROUNDED_ALIKE:
        return _by_numexpr(node, operation.numexpr, operands)
    divisor = node.operands[-1].value
    if operation.name == "/" and divisor and np.isfinite(divisor):
        return np.asarray(np.multiply(operands[0], 1.0 / divisor))  # as numexpr divides by constants
    return np.asarray(apply(node, operands))


def _constant(node: Number | Apply) -> Values:
    return np.asarray(np.bool_(node.value) if node.logical else np.float64(node.value or 0.0))


def _operand(node: Apply, index: int, names: Mapping[str, Values]) -> Values:
    """Returns an operand, converted to what its operation expects: a condition or a number."""
    operand = node.operands[index]
    value = value_of(operand, names)
    if node.operation.takes_condition(index) == operand.logical:
        return value
    return np.asarray(np.where(value, 1.0, 0.0) if operand.logical else np.not_equal(value, 0))


def _by_numexpr(node: Apply, template: str, operands: list[Values]) -> Values:
    """Returns one operation's value; constants are in its text, because numexpr rewrites powers by them."""
    texts, bound = [], {}
    for index, (operand, value) in enumerate(zip(node.operands, operands, strict=True)):
        if operand.value is not None and np.isfinite(operand.value):
            texts.append(f"({float(value)!r})")
        else:
            texts.append(f"x{index}")
            bound[f"x{index}"] = value
    text = template.format(*texts)
    return np.asarray(numexpr.evaluate(text, local_dict=bound, global_dict={}, sanitize=False))
