"""Finds the place of a setting in a text, and what changes there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from animator.presets.edit.entries import Splice, entries_of
from animator.presets.edit.expected import Path, RefusedError, key_in, nested, new_key
from animator.presets.edit.splices import Editor, Slot
from animator.presets.edit.tree import Node, tree_of
from animator.settings.animation import Animation

_ORDER = {name: index for index, name in enumerate(("schema", "extends", *Animation.model_fields))}


@dataclass(frozen=True)
class _Link:
    """One key of a path.

    Attributes:
        group: The list or mapping it is in.
        at: Its index there.
        slot: The place of its value; None where it is absent.
        value: Its value.
    """

    group: Node
    at: int
    slot: Slot | None
    value: Any


class Setting:
    """A setting in a text, which is there or not.

    Args:
        text: The text.
        values: The values in it.
        path: The setting.
    """

    def __init__(self, text: str, values: Mapping[str, Any], path: Path) -> None:
        self._editor = Editor.of(text)
        self._entries = self._editor.entries
        self._path = path
        self._values = values
        self._root = tree_of(text)
        self._shared = _shared_nodes(self._root)

    def put(self, value: Any) -> Iterator[Splice]:
        """Yields what changes in the text when the setting gets a value.

        Raises:
            RefusedError: The place cannot be edited.
        """
        if self._root is None:
            yield self._first({new_key(self._path[0]): nested(self._path, value)})
            return
        chain = self._chain(self._root)
        last = chain[-1]
        rest = self._path[len(chain) - 1 :]
        value = nested(rest, value)
        if last.slot is not None:
            self._check_free(last.slot.node)
            yield from self._editor.change(last.slot, last.value, value)
        elif last.group.kind == "sequence":
            yield self._entries.appended(last.group, value)
        else:
            names = [key.name for key, _ in last.group.pairs]
            at = _place_in_schema(names, rest[0]) if len(chain) == 1 else len(names)
            yield self._entries.added(last.group, at, {new_key(rest[0]): value})

    def remove(self) -> Iterator[Splice]:
        """Yields what changes in the text when the setting goes, with the groups that it leaves empty.

        Raises:
            RefusedError: The place cannot be edited.
        """
        chain = self._chain(self._root) if self._root is not None else []
        while len(chain) > 1 and len(entries_of(chain[-1].group)) == 1:
            chain.pop()
        for link in chain[-1:]:
            if link.slot is not None:
                self._check_free(link.slot.node)
                yield self._entries.removed(link.group, link.at)

    def _chain(self, root: Node) -> list[_Link]:
        """Returns the keys of the path as far as they are there, and the first that is absent."""
        chain: list[_Link] = []
        node, values, in_flow = root, self._values, False
        for name in self._path:
            self._check_owned(node)
            key = key_in(values, name)
            keys = list(values) if isinstance(values, Mapping) else list(range(len(values)))
            slots = self._editor.slots(node, in_flow=in_flow)
            if len(keys) != len(slots):
                raise RefusedError("its group has two keys that mean the same; change it in the YAML")
            if key is None:
                return [*chain, _Link(node, len(keys), None, None)]
            slot, values = slots[keys.index(key)], values[key]
            chain.append(_Link(node, keys.index(key), slot, values))
            if values is None:
                return chain
            node, in_flow = slot.node, slot.in_flow
        return chain

    def _first(self, pair: Mapping[Any, Any]) -> Splice:
        """Returns the splice that gives a text without any settings its first one."""
        text, newline = self._editor.text, self._entries.newline
        lines = "".join(self._entries.block(pair, 0)).removeprefix(newline) + newline
        lead = newline if text.strip() and not text.endswith(("\n", "\r")) else ""
        return Splice(len(text), len(text), lead + lines)

    def _check_owned(self, node: Node) -> None:
        """Checks that a group is not written elsewhere, and not repeated elsewhere."""
        if node.kind == "alias":
            raise RefusedError(
                f"its group is the one of `&{node.name}`, repeated by `*{node.name}`; change it there, or "
                "write the group out in the YAML"
            )
        if node in self._shared:
            raise RefusedError(
                f"its group `&{node.anchor}` is repeated elsewhere by `*{node.anchor}`, where it would "
                "change, too; change it in the YAML"
            )

    def _check_free(self, node: Node) -> None:
        """Checks that nothing in a value that goes is repeated elsewhere."""
        for inner in node.walk():
            if inner in self._shared:
                raise RefusedError(
                    f"`&{inner.anchor}` is repeated elsewhere by `*{inner.anchor}`; change it in the YAML"
                )


def _shared_nodes(root: Node | None) -> set[Node]:
    """Returns the nodes that aliases repeat."""
    shared: set[Node] = set()
    anchors: dict[str, Node] = {}
    for node in () if root is None else root.walk():
        if node.anchor is not None:
            anchors[node.anchor] = node
        if node.kind == "alias":
            shared.add(anchors[node.name])
    return shared


def _place_in_schema(names: Sequence[str], name: str) -> int:
    """Returns the index for a new setting at the top: behind the last that comes before it in the schema."""
    own = _ORDER.get(name, len(_ORDER))
    before = [index for index, other in enumerate(names) if _ORDER.get(other, len(_ORDER)) <= own]
    return before[-1] + 1 if before else 0
