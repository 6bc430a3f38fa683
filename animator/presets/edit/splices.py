"""Where a change goes in the text: parts of it, each with what replaces it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from animator.presets import yaml_text
from animator.presets.edit.entries import MAX_LINE, Entries, Splice, key_text
from animator.presets.edit.equal import same
from animator.presets.edit.tree import SIGNS, Node, behind_colon, line_end
from animator.presets.yaml_text import BREAK

QUOTES = ("'", '"')
_HEADER_COMMENT = re.compile(r"[ \t]+#[^\n\r]*")


def apply(text: str, splices: Iterable[Splice]) -> str:
    """Returns the text with some parts replaced; they do not overlap."""
    parts, at = [], 0
    for splice in sorted(splices, key=lambda splice: (splice.start, splice.end)):
        parts += [text[at : splice.start], splice.new]
        at = splice.end
    return "".join([*parts, text[at:]])


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
        entries: Adds and removes entries in it.
    """

    text: str
    entries: Entries

    @classmethod
    def of(cls, text: str) -> "Editor":
        """Returns the editor of a text."""
        found = BREAK.search(text)
        return cls(text, Entries(text, found[0] if found else "\n"))

    def slots(self, parent: Node, *, in_flow: bool) -> list[Slot]:
        """Returns the places of the values in a list or mapping."""
        in_flow = in_flow or bool(parent.style)
        indent = self.entries.column(parent)
        if parent.kind == "sequence":
            return [Slot(item, None, indent, in_flow) for item in parent.children]
        return [Slot(value, behind_colon(self.text, key), indent, in_flow) for key, value in parent.pairs]

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
            lines = self.entries.block(new, slot.indent + 2)
            return Splice(slot.after, max(stop, node.end), comment.rstrip() + "".join(lines))
        gap = self.text[slot.after : node.start]
        spelled = self._spelled(slot, new)
        if node.is_empty or BREAK.search(gap):  # the value begins on a line of its own, or below comments
            return Splice(slot.after, node.end, f" {spelled}{gap.rstrip()}")
        first, line_break, rest = spelled.partition(self.entries.newline)
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
        is_last = slot.node.end == len(self.text)  # without a line break, which the text would lack, too
        if isinstance(new, str) and style in SIGNS and _is_literal(new) and not is_last:
            return self._literal(new, slot.indent + 2)
        return yaml_text.inline(new, in_flow=slot.in_flow)

    def _literal(self, new: str, indent: int) -> str:
        lines = new.split("\n")
        sign = "|" if not lines[-1] else "|-"
        lines = lines if lines[-1] else lines[:-1]
        body = "".join(
            f"{self.entries.newline}{' ' * indent}{line}" if line else self.entries.newline for line in lines
        )
        return sign + body

    def _is_block_form(self, slot: Slot, new: Any) -> bool:
        if slot.in_flow or not isinstance(new, Mapping) or not new:
            return False
        if slot.indent == 0 and not slot.node.style:  # a group, or prompts by frame
            return True
        return slot.node.is_block or len(yaml_text.inline(new, in_flow=True)) + slot.indent > MAX_LINE

    # Changing a mapping: its keys are matched in order; unmatched ones at one place are renamed.

    def _can_merge(self, node: Node, old: Mapping[Any, Any], new: Mapping[Any, Any]) -> bool:
        """Returns True if what two mappings share has the same order, and the changes fit into the text."""
        if len(node.pairs) != len(old):
            return False
        kept = [key for key in new if key in old]
        removed = max(len(old) - len(new), 0)
        return [key for key in old if key in new] == kept and not (node.style and removed > 1)

    def _merge(
        self, node: Node, slot: Slot, old: Mapping[Any, Any], new: Mapping[Any, Any]
    ) -> Iterator[Splice]:
        slots = self.slots(node, in_flow=slot.in_flow)
        for start, before, now in _segments(list(old), list(new)):
            for at, (key, other) in enumerate(zip_longest(before, now, fillvalue=_ABSENT), start):
                if other is _ABSENT:
                    yield self.entries.removed(node, at)
                elif key is not _ABSENT:
                    if not same(key, other):
                        yield Splice(node.pairs[at][0].start, node.pairs[at][0].end, key_text(other))
                    yield from self.change(slots[at], old[key], new[other])
            more = {key: new[key] for key in now[len(before) :]}
            if more:
                yield self.entries.added(node, start + len(before), more)


_ABSENT = object()


def _segments(old: list[Any], new: list[Any]) -> Iterator[tuple[int, list[Any], list[Any]]]:
    """Yields (index in `old`, keys there, keys in `new`) of each shared key, and of what is between them."""
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


def _is_literal(text: str) -> bool:
    """Returns True for text of several lines that can be written by indentation as it is."""
    lines = text.split("\n")
    return (
        "\n" in text.rstrip("\n")
        and not text.endswith("\n\n")
        and text[0] not in " \n\t"
        and all(line == line.rstrip() and line.isprintable() for line in lines)
    )
