"""The syntax tree of a dynamic prompt."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class Sampling(Enum):
    """How an option is chosen, by the mark after the opening bracket or underscores."""

    RANDOM = "~"
    CYCLICAL = "@"
    COMBINATORIAL = "!"


@dataclass(frozen=True)
class Literal:
    """Text that is kept as it is, with its escapes."""

    text: str


@dataclass(frozen=True)
class Sequence:
    """Nodes after each other."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Option:
    """One of the options of a variant and its relative weight."""

    node: Sequence
    weight: float = 1.0


@dataclass(frozen=True)
class Count:
    """Number of options to choose, and the text between them.

    Attributes:
        low: Smallest number.
        high: Largest number; None for all options.
        separator: Text between two chosen options.
    """

    low: int = 1
    high: int | None = 1
    separator: str = ", "


@dataclass(frozen=True, eq=False)
class Variant:
    """`{a|b}`, `{2$$ and $$a|b|c}`: chooses from its options."""

    options: tuple[Option, ...]
    count: Count
    sampling: Sampling | None
    column: int


@dataclass(frozen=True, eq=False)
class Wildcard:
    """`__name__`: chooses a line of the files whose names match; `__name(x=red)__` sets variables for it."""

    path: Sequence
    variables: Mapping[str, Sequence]
    sampling: Sampling | None
    column: int
    source: str


@dataclass(frozen=True)
class Assignment:
    """`${name=value}`; `=!` chooses the value once, `?=` keeps a value that is already set."""

    name: str
    value: Sequence
    is_immediate: bool
    keeps: bool


@dataclass(frozen=True)
class Variable:
    """`${name}` or `${name:default}`."""

    name: str
    default: Sequence | None
    column: int


Node: TypeAlias = Literal | Sequence | Variant | Wildcard | Assignment | Variable


@dataclass(frozen=True)
class Template:
    """A parsed text.

    Attributes:
        root: Its syntax tree.
        is_basic: True if it uses only `{a|b}` and `__name__`; they are older than the rest of the language.
    """

    root: Sequence
    is_basic: bool
