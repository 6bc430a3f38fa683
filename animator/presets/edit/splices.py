"""Where a change goes in the text: parts of it, each with what replaces it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from animator.presets import yaml_text
from animator.presets.edit.tree import BREAK, Node, behind_colon, line_end, line_start

QUOTES = ("'", '"')
SIGNS = ("|", ">")
"""Styles of text by indentation."""
MAX_LINE = 100
"""Longest line of a list or mapping in brackets; longer ones are written by indentation where they can be."""
_COMMENT_LINE = re.compile(r"[ \t]*#")
_HEADER_COMMENT = re.compile(r"[ \t]#[^\n\r]*")


@dataclass(frozen=True)
class Splice:
    """A part of the text, and what replaces it."""

    start: int
    end: int
    new: str


def apply(text: str, splices: Sequence[Splice]) -> str:
    """Returns the text with some parts replaced; they do not overlap."""
    for splice in sorted(splices, key=lambda splice: (splice.start, splice.end), reverse=True):
        text = text[: splice.start] + splice.new + text[splice.end :]
    return text


@dataclass(frozen=True)
class Slot:
    """The place of a value.

    Attributes:
        node: The value that is there.
        after: Index behind the colon of its key; None for an item of a list, or a key without a colon.
        indent: Column of the keys of the mapping it is in.
        in_flow: True in brackets.
    """

    node: Node
    after: int | None
    indent: int
    in_flow: bool


@dataclass(frozen=True)
class Editor:
    """Finds the splices of changes in one text.

    Attributes:
        text: The text.
        newline: Its line break.
    """

    text: str
    newline: str

    @classmethod
    def of(cls, text: str) -> "Editor":
        """Returns the editor of a text."""
        found = BREAK.search(text)
        return cls(text, found[0] if found else "\n")

    def slots(self, parent: Node, *, in_flow: bool) -> list[Slot]:
        """Returns the places of the values in a list or mapping."""
        in_flow = in_flow or bool(parent.style)
        indent = self.column(parent)
        if parent.kind == "sequence":
            return [Slot(item, None, indent, in_flow) for item in parent.children]
        return [Slot(value, behind_colon(self.text, key), indent, in_flow) for key, value in parent.pairs]

    def column(self, parent: Node) -> int:
        """Returns the column of the keys or dashes of a list or mapping by indentation."""
        first = parent.children[0].start if parent.children else parent.start
        return first - line_start(self.text, first)

    # Changing a value.

    def change(self, slot: Slot, old: Any, new: Any) -> Iterator[Splice]:
        """Yields the splices that give a place another value; only what differs between two mappings."""
        node = slot.node
        if same(old, new):
            return
        if node.kind == "mapping" and isinstance(new, Mapping) and new and self._can_merge(node, old, new):
            yield from self._merge(node, slot, old, new)
        elif node.kind == "sequence" and isinstance(new, list | tuple) and len(new) == len(node.children) > 0:
            for inner, before, now in zip(self.slots(node, in_flow=slot.in_flow), old, new, strict=True):
                yield from self.change(inner, before, now)
        else:
            yield self._replaced(slot, new)

    def _replaced(self, slot: Slot, new: Any) -> Splice:
        """Returns the splice of a value that is replaced as a whole."""
        node = slot.node
        if slot.after is None:
            lead = ": " if node.is_empty else ""
            return Splice(node.start, node.end, lead + self._spelled(slot, new))
        if self._is_block_form(slot, new):
            stop = line_end(self.text, slot.after if node.is_block else node.end)
            comment = self.text[node.end : stop] if not node.is_block else self.text[slot.after : stop]
            lines = self.block(new, slot.indent + 2)
            return Splice(slot.after, max(stop, node.end), comment.rstrip() + "".join(lines))
        gap = self.text[slot.after : node.start]
        spelled = self._spelled(slot, new)
        if node.is_empty or BREAK.search(gap):  # the value begins on a line of its own, perhaps below comments
            return Splice(slot.after, node.end, f" {spelled}{gap.rstrip()}")
        first, line_break, rest = spelled.partition(self.newline)
        return Splice(node.start, node.end, first + self._header_comment(node) + line_break + rest)

    def _header_comment(self, node: Node) -> str:
        """Returns the comment behind the sign of a text by indentation, such as `| # the prompt`."""
        if node.style not in SIGNS:
            return ""
        comment = _HEADER_COMMENT.search(self.text, node.start, line_end(self.text, node.start))
        return comment[0] if comment else ""

    def _spelled(self, slot: Slot, new: Any) -> str:
        """Returns a value in the quotes or the form of the old one, where that is possible."""
        style = slot.node.style
        if isinstance(new, str) and style in QUOTES and not BREAK.search(new):
            return yaml_text.inline(new, in_flow=slot.in_flow, quotes=style)
        if isinstance(new, str) and style in SIGNS and _is_literal(new):
            return self._literal(new, slot.indent + 2)
        return yaml_text.inline(new, in_flow=slot.in_flow)

    def _literal(self, new: str, indent: int) -> str:
        lines = new.split("\n")
        sign = "|" if not lines[-1] else "|-"
        lines = lines if lines[-1] else lines[:-1]
        body = "".join(f"{self.newline}{' ' * indent}{line}" if line else self.newline for line in lines)
        return sign + body

    def _is_block_form(self, slot: Slot, new: Any) -> bool:
        if slot.in_flow or not isinstance(new, Mapping) or not new:
            return False
        if slot.indent == 0 and not slot.node.style:  # a group, or prompts by frame
            return True
        return slot.node.is_block or len(yaml_text.inline(new, in_flow=True)) + slot.indent > MAX_LINE

    def block(self, values: Mapping[Any, Any], indent: int) -> Iterator[str]:
        """Yields the lines of a mapping by indentation, each behind a line break."""
        for key, value in values.items():
            spelled = yaml_text.inline(value, in_flow=False)
            lead = f"{self.newline}{' ' * indent}{key_text(key)}:"
            is_long = indent == 0 or len(lead) + len(spelled) > MAX_LINE
            if isinstance(value, Mapping) and value and is_long:
                yield lead
                yield from self.block(value, indent + 2)
            else:
                yield f"{lead} {spelled}"

    # Changing a mapping: its keys are matched in order; unmatched ones at one place are renamed.

    def _can_merge(self, node: Node, old: Mapping[Any, Any], new: Mapping[Any, Any]) -> bool:
        """Returns True if what two mappings share has the same order, and the changes fit into the text."""
        if len(node.pairs) != len(old):
            return False
        kept = [key for key in new if key in old]
        removed = max(len(old) - len(new), 0)
        return [key for key in old if key in new] == kept and not (node.style and removed > 1)

    def _merge(self, node: Node, slot: Slot, old: Mapping[Any, Any], new: Mapping[Any, Any]) -> Iterator[Splice]:
        slots = self.slots(node, in_flow=slot.in_flow)
        for start, before, now in _segments(list(old), list(new)):
            for at, (key, other) in enumerate(zip_longest(before, now, fillvalue=_ABSENT), start):
                if other is _ABSENT:
                    yield self.removed(node, at)
                elif key is not _ABSENT:
                    if not same(key, other):
                        yield Splice(node.pairs[at][0].start, node.pairs[at][0].end, key_text(other))
                    yield from self.change(slots[at], old[key], new[other])
            more = {key: new[key] for key in now[len(before) :]}
            if more:
                yield self.added(node, start + len(before), more, in_flow=slot.in_flow)

    def added(self, node: Node, at: int, pairs: Mapping[Any, Any], *, in_flow: bool) -> Splice:
        """Returns the splice of more pairs in a mapping, before one of its pairs or behind the last."""
        if node.style or in_flow:
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
        entries = [(pair[0].start, max(pair[0].end, pair[1].end)) for pair in self.entries(node)]
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
        if found is None and not comments:  # the last line of a file without a last line break
            return Splice(len(self.text[:line].rstrip("\r\n")), stop, "")
        return Splice(line, found.end() if found else stop, comments)

    def _removed_in_flow(self, entries: Sequence[tuple[int, int]], at: int) -> Splice:
        start, end = entries[at]
        comma = re.compile(r"\s*,[ \t]*").match(self.text, end)
        if at + 1 < len(entries):
            return Splice(start, comma.end() if comma else entries[at + 1][0], "")
        return Splice(entries[at - 1][1] if at else start, end, "")

    def entries(self, node: Node) -> list[tuple[Node, Node]]:
        """Returns keys and values of a mapping; of a list, each item twice."""
        return node.pairs if node.kind == "mapping" else [(item, item) for item in node.children]

    def _comments(self, node: Node, at: int) -> str:
        """Returns the lines of comments within a pair or item, which stay when it goes."""
        key, value = self.entries(node)[at]
        if not value.children:
            return ""
        lines = re.split(f"({BREAK.pattern})", self.text[key.start : value.end])
        pairs = zip(lines[::2], [*lines[1::2], ""], strict=True)
        return "".join(line + mark for line, mark in pairs if _COMMENT_LINE.match(line))


_ABSENT = object()


def _segments(old: list[Any], new: list[Any]) -> Iterator[tuple[int, list[Any], list[Any]]]:
    """Yields (index in `old`, keys there, keys in `new`) of each part: a shared key, or what is between them."""
    shared = set(old) & set(new)
    i = j = 0
    while i < len(old) or j < len(new):
        start, before, now = i, [], []
        while i < len(old) and old[i] not in shared:
            before.append(old[i])
            i += 1
        while j < len(new) and new[j] not in shared:
            now.append(new[j])
            j += 1
        if before or now:
            yield start, before, now
        if i < len(old):
            yield i, [old[i]], [new[j]]
            i, j = i + 1, j + 1


def same(old: Any, new: Any) -> bool:
    """Returns True for equal values of equal types; 1, 1.0 and true differ, and NaN equals itself."""
    return canonical(old) == canonical(new)


def canonical(value: Any) -> str:
    """Returns a text that equal values of equal types share, whatever the order of their keys."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(sorted(f"{key!r}: {canonical(item)}" for key, item in value.items())) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(canonical, value)) + "]"
    return repr(value)


def key_text(key: Any) -> str:
    """Returns a key as it is written."""
    return yaml_text.inline(key, in_flow=True)


def _is_literal(text: str) -> bool:
    """Returns True for text of several lines that can be written by indentation as it is."""
    lines = text.split("\n")
    return "\n" in text.rstrip("\n") and not text.endswith("\n\n") and text[0] not in " \n\t" and all(
        line == line.rstrip() and line.isprintable() for line in lines
    )
