"""Adds and removes entries of lists and mappings in a text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from animator.presets import yaml_text
from animator.presets.edit.tree import SIGNS, Node, line_end, line_start
from animator.presets.yaml_text import BREAK

MAX_LINE = 100
"""Longest line of a mapping in brackets; a longer one is written by indentation where it can be."""
_COMMENT_LINE = re.compile(r"[ \t]*#")
_COMMA = re.compile(r"\s*,[ \t]*")


@dataclass(frozen=True)
class Splice:
    """A part of the text, and what replaces it."""

    start: int
    end: int
    new: str


def key_text(key: Any) -> str:
    """Returns a key as it is written."""
    return yaml_text.inline(key, in_flow=True)


def entries_of(node: Node) -> list[tuple[Node, Node]]:
    """Returns keys and values of a mapping; of a list, each item twice."""
    return node.pairs if node.kind == "mapping" else [(item, item) for item in node.children]


@dataclass(frozen=True)
class Entries:
    """Finds the splices of entries that come and go.

    Attributes:
        text: The text.
        newline: Its line break.
    """

    text: str
    newline: str

    def column(self, parent: Node) -> int:
        """Returns the column of the keys or dashes of a list or mapping by indentation."""
        first = parent.children[0].start if parent.children else parent.start
        return first - line_start(self.text, first)

    def block(self, values: Mapping[Any, Any], indent: int) -> Iterator[str]:
        """Yields the lines of a mapping by indentation, each behind a line break.

        Groups at the top, and what is too long for one line, are written by indentation, too.
        """
        for key, value in values.items():
            spelled = yaml_text.inline(value, in_flow=False)
            lead = f"{self.newline}{' ' * indent}{key_text(key)}:"
            if not value or (indent > 0 and len(lead) + len(spelled) <= MAX_LINE):
                yield f"{lead} {spelled}"
            elif isinstance(value, Mapping):
                yield lead
                yield from self.block(value, indent + 2)
            elif isinstance(value, list | tuple) and isinstance(value[0], Mapping):
                yield lead
                items = (yaml_text.inline(item, in_flow=True) for item in value)
                yield from (f"{self.newline}{' ' * (indent + 2)}- {item}" for item in items)
            else:
                yield f"{lead} {spelled}"

    def added(self, node: Node, at: int, pairs: Mapping[Any, Any]) -> Splice:
        """Returns the splice of more pairs in a mapping, before one of its pairs or behind the last."""
        if node.style:
            inner = yaml_text.inline(pairs, in_flow=True)[1:-1]
            if not node.children:
                return Splice(node.end - 1, node.end - 1, inner)
            if at == 0:
                return Splice(node.children[0].start, node.children[0].start, f"{inner}, ")
            key, value = node.pairs[at - 1]
            end = max(key.end, value.end)
            return Splice(end, end, f", {inner}")
        indent = self.column(node)
        lines = "".join(self.block(pairs, indent))
        if at == 0 or self._ends_open(node.pairs[at - 1][1]):
            start = node.pairs[max(at - 1, 0)][0].start
            return Splice(start, start, lines.lstrip() + self.newline + " " * indent)
        end = self._behind(node.pairs[at - 1], indent)
        return Splice(end, end, lines)

    def appended(self, node: Node, item: Any) -> Splice:
        """Returns the splice of one more item of a list."""
        spelled = yaml_text.inline(item, in_flow=True)
        if node.style:
            end = node.children[-1].end if node.children else node.end - 1
            return Splice(end, end, f", {spelled}" if node.children else spelled)
        column = self._dash_column(node)
        end = line_end(self.text, node.end)
        return Splice(end, end, f"{self.newline}{' ' * column}- {spelled}")

    def _dash_column(self, node: Node) -> int:
        first = node.children[0].start
        line = line_start(self.text, first)
        return self.text.rfind("-", line, first) - line

    def _ends_open(self, value: Node) -> bool:
        """Returns True for a text by indentation at the end of a file without a last line break."""
        last = value
        while last.children:
            last = last.children[-1]
        return last.style in SIGNS and last.end == len(self.text)

    def _behind(self, pair: tuple[Node, Node], indent: int) -> int:
        """Returns the end of a pair's last line, or of the comments below it that are further in."""
        end = line_end(self.text, max(pair[0].end, pair[1].end))
        while (found := BREAK.match(self.text, end)) is not None:
            begin = found.end()
            comment = _COMMENT_LINE.match(self.text, begin)
            if comment is None or comment.end() - 1 - begin <= indent:
                break
            end = line_end(self.text, begin)
        return end

    def removed(self, node: Node, at: int) -> Splice:
        """Returns the splice that removes one of several pairs of a mapping, or items of a list."""
        entries = [(pair[0].start, max(pair[0].end, pair[1].end)) for pair in entries_of(node)]
        start, end = entries[at]
        if node.style:
            return self._removed_in_flow(entries, at)
        line = line_start(self.text, start)
        first = self.text[line:start].strip()
        is_dash = node.kind == "sequence" and first == "-"
        if first and not is_dash and at + 1 < len(entries):  # `- name: x`: the next key comes up to the dash
            return Splice(start, entries[at + 1][0], "")
        stop = line_end(self.text, end)
        found = BREAK.match(self.text, stop)
        comments = self._comments(node, at)
        return Splice(line, found.end() if found else stop, comments)

    def _removed_in_flow(self, entries: Sequence[tuple[int, int]], at: int) -> Splice:
        start, end = entries[at]
        comma = _COMMA.match(self.text, end)
        if at + 1 < len(entries):
            return Splice(start, comma.end() if comma else entries[at + 1][0], "")
        return Splice(entries[at - 1][1] if at else start, end, "")

    def _comments(self, node: Node, at: int) -> str:
        """Returns the lines of comments within a pair or item, which stay when it goes."""
        key, value = entries_of(node)[at]
        texts = [(inner.start, inner.end) for inner in value.walk() if not inner.children]
        lines = []
        index = line_end(self.text, key.start)
        while value.children and (found := BREAK.search(self.text, index, value.end)) is not None:
            begin, index = found.end(), line_end(self.text, found.end())
            is_inside = any(start < begin < end for start, end in texts)
            if _COMMENT_LINE.match(self.text, begin) and not is_inside:
                lines.append(self.text[begin:index] + self.newline)
        return "".join(lines)
