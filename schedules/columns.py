"""Computes the functions of a formula that look at other frames, such as `smooth`, over the whole film.

So they have the same values whichever frames are asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schedules.errors import ScheduleError
from schedules.formula import Apply, Name, Node

Array = NDArray[np.float64]
Columns = dict[str, Array]
ValueOf = Callable[[Node, Columns], NDArray[np.generic]]


def over_film(root: Node, frames: int, value_of: ValueOf) -> tuple[Node, Columns]:
    """Returns the tree with its functions of the whole film replaced by names, and their columns (frames,).

    Args:
        root: The tree.
        frames: Number of frames of the film.
        value_of: Returns a node's value on all frames, or a single one, given the columns of names in it.
    """
    columns: Columns = {}

    def column(node: Node) -> Array:
        return np.broadcast_to(np.asarray(value_of(node, columns), dtype=np.float64), (frames,))

    def replaced(node: Node) -> Node:
        if not isinstance(node, Apply):
            return node
        operands = tuple(map(replaced, node.operands))
        if not node.operation.whole_film:
            return replace(node, operands=operands)
        name = f"_column{len(columns)}"
        columns[name] = apply(node, list(map(column, operands)))
        return Name(name, node.column)

    return replaced(root), columns


def apply(node: Apply, operands: Sequence[Any]) -> Any:
    """Returns the value of a node's operation on numpy arrays.

    Raises:
        ScheduleError: It does not take these values; points at the node's column in the formula.
    """
    try:
        return node.operation.numpy(*operands)
    except ScheduleError as error:
        raise ScheduleError(error.message, column=node.column, hint=error.hint) from None
