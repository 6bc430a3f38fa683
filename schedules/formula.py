"""A formula that was read: a small tree of numbers, names and operations, every node knowing its column."""

from collections.abc import Iterator
from dataclasses import dataclass

from schedules.errors import ScheduleError
from schedules.operations import Operation


@dataclass(frozen=True)
class Number:
    """A number as written; `literal` keeps whole numbers whole."""

    literal: int | float
    column: int
    logical: bool = False

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
    value: None = None


@dataclass(frozen=True)
class Apply:
    """An operation on operands; `value` is its number where all operands are numbers."""

    operation: Operation
    operands: tuple["Node", ...]
    column: int
    value: float | None

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

    @property
    def names(self) -> frozenset[str]:
        """The variables it reads."""
        return frozenset(node.name for node in self.nodes() if isinstance(node, Name))

    def nodes(self) -> Iterator[Node]:
        """Yields every node of the tree, outer ones first."""
        pending: list[Node] = [self.root]
        while pending:
            node = pending.pop()
            yield node
            if isinstance(node, Apply):
                pending.extend(node.operands)


@dataclass(frozen=True)
class Place:
    """Where a formula stands in its schedule, for messages; `label` goes before each of them."""

    text: str
    column: int = 0
    label: str = ""

    def error(self, message: str, column: int = 0, hint: str = "") -> ScheduleError:
        """Returns the error that points at `column` of the formula."""
        return ScheduleError(self.label + message, text=self.text, column=self.column + column, hint=hint)
