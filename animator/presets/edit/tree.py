"""The values of a YAML text with their places in it, from the events of PyYAML."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import yaml

from animator.presets import yaml_text
from animator.presets.yaml_text import BREAK

Kind = Literal["scalar", "alias", "mapping", "sequence"]
SIGNS = ("|", ">")
"""Styles of text by indentation."""
_COLON = re.compile(r"\s*:")


@dataclass(frozen=True, eq=False)
class Node:
    """A value in the text.

    Attributes:
        kind: What it is.
        start: Index of its first character: of its anchor, if it has one.
        end: Index behind its last character; blank lines and comments behind it do not belong to it.
        style: Quotes or sign of a scalar, `'`, `"`, `|` or `>`; `{` for lists and mappings in brackets.
        name: Text of a scalar; name of the anchor that an alias repeats.
        anchor: The name others may repeat it by; None without one.
        children: Items of a sequence; keys and values of a mapping, in turn.
    """

    kind: Kind
    start: int
    end: int
    style: str = ""
    name: str = ""
    anchor: str | None = None
    children: tuple["Node", ...] = ()

    @property
    def is_block(self) -> bool:
        """True for a list or mapping by indentation."""
        return self.kind in ("mapping", "sequence") and not self.style

    @property
    def is_empty(self) -> bool:
        """True where nothing is written."""
        return self.start == self.end

    @cached_property
    def pairs(self) -> list[tuple["Node", "Node"]]:
        """Keys and values of a mapping."""
        return list(zip(self.children[::2], self.children[1::2], strict=True))

    def walk(self) -> Iterator["Node"]:
        """Yields the node and all nodes in it, in the order of the text."""
        pending = [self]
        while pending:
            node = pending.pop()
            yield node
            pending.extend(reversed(node.children))


class _Open:
    """A list or mapping whose end is not read yet."""

    def __init__(self, event: yaml.CollectionStartEvent) -> None:
        self.event = event
        self.children: list[Node] = []


def tree_of(text: str) -> Node | None:
    """Returns the top value of a text that was read without problems; None for a text without any."""
    top = _Open(yaml.SequenceStartEvent(None, None, implicit=True))
    stack = [top]
    for event in yaml_text.events(text):
        if isinstance(event, yaml.CollectionStartEvent):
            stack.append(_Open(event))
        elif isinstance(event, yaml.CollectionEndEvent):
            closed = stack.pop()
            stack[-1].children.append(_collection(text, closed, event))
        elif isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            stack[-1].children.append(_leaf(text, event, stack[-1]))
    return top.children[0] if top.children else None


def _leaf(text: str, event: yaml.ScalarEvent | yaml.AliasEvent, parent: _Open) -> Node:
    start, end = _place(event)
    if isinstance(event, yaml.AliasEvent):
        return Node("alias", start, end, name=event.anchor or "")
    style = event.style or ""
    if style in SIGNS:
        end = start + len(text[start:end].rstrip())
    if start == end:  # nothing is written: it belongs right behind its colon
        is_value = isinstance(parent.event, yaml.MappingStartEvent) and len(parent.children) % 2 == 1
        start = end = behind_colon(text, parent.children[-1]) or end if is_value else end
    return Node("scalar", start, end, style, event.value, event.anchor)


def _collection(text: str, opened: _Open, end: yaml.CollectionEndEvent) -> Node:
    event, children = opened.event, tuple(opened.children)
    kind: Kind = "mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence"
    style = "{" if event.flow_style else ""
    stop = _place(end)[1] if event.flow_style else children[-1].end
    return Node(kind, _place(event)[0], stop, style, "", event.anchor, children)


def _place(event: yaml.Event) -> tuple[int, int]:
    """Returns the indices of an event's first character, and behind its last one."""
    if event.start_mark is None or event.end_mark is None:
        raise AssertionError("every event of a text has its place")
    return event.start_mark.index, event.end_mark.index


def behind_colon(text: str, key: Node) -> int | None:
    """Returns the index behind the colon of a key; None for a key without one, as in `{a, b}`."""
    colon = _COLON.match(text, key.end)
    return colon.end() if colon else None


def line_start(text: str, index: int) -> int:
    """Returns the index at which the line of an index begins."""
    breaks: Sequence[str] = ("\n", "\r", "\x85", "\u2028", "\u2029")
    return max(text.rfind(mark, 0, index) for mark in breaks) + 1


def line_end(text: str, index: int) -> int:
    """Returns the index at which the line of an index ends, before its line break."""
    found = BREAK.search(text, index)
    return found.start() if found else len(text)
