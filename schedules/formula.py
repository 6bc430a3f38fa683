"""`Formula`: a parsed formula, as a small tree of numbers, names and operations with their columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from schedules.errors import ScheduleError
from schedules.operations import Operation


@dataclass(frozen=True)
class Number:
    """A number; `literal` is an int for whole numbers."""

    literal: int | float
    column: int
    logical: bool = False

    @property
    def value(self) -> float:
        """The number as a float."""
        return float(self.literal)


@dataclass(frozen=True)
class Name:
    """A variable, such as `t`."""

    name: str
    column: int
    logical: bool = False
    value: None = None


@dataclass(frozen=True)
class Apply:
    """An operation on operands; `value` is its result if all operands are constants, else None."""

    operation: Operation
    operands: tuple["Node", ...]
    column: int
    value: float | None

    @property
    def logical(self) -> bool:
        """True if the result is a truth value."""
        return self.operation.logical[0]


Node = Number | Name | Apply


def walk(node: Node) -> Iterator[Node]:
    """Yields a node and every node below it, outer ones first."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, Apply):
            pending.extend(node.operands)


@dataclass(frozen=True)
class Formula:
    """A parsed formula: its text and its tree."""

    text: str
    root: Node

    @property
    def constant(self) -> float | None:
        """The formula's value if it has no variables, else None."""
        return self.root.value

    @property
    def literal(self) -> bool:
        """True if it is just a number, perhaps with a sign or in parentheses."""
        node = self.root
        while isinstance(node, Apply) and node.operation.name in ("negative", "positive"):
            node = node.operands[0]
        return isinstance(node, Number)

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables in it."""
        return frozenset(node.name for node in self.nodes() if isinstance(node, Name))

    @cached_property
    def columns(self) -> int:
        """How many functions in it are computed over the whole film."""
        return sum(isinstance(node, Apply) and node.operation.whole_film for node in self.nodes())

    def nodes(self) -> Iterator[Node]:
        """Yields every node of the tree, outer ones first."""
        return walk(self.root)


@dataclass(frozen=True)
class Place:
    """Position in the source, for messages; each message begins with `label`."""

    text: str
    column: int = 0
    label: str = ""

    def error(self, message: str, column: int = 0, hint: str = "") -> ScheduleError:
        """Returns an error that points at `column`, counted from this place."""
        return ScheduleError(self.label + message, text=self.text, column=self.column + column, hint=hint)
