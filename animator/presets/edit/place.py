"""Finds the place of a setting in a text, and what changes there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from animator.presets.edit.entries import Splice, entries_of
from animator.presets.edit.expected import REMOVED, Path, RefusedError, key_in, nested, new_key
from animator.presets.edit.splices import Editor, Slot
from animator.presets.edit.tree import Node, tree_of
from animator.settings.animation import Animation

_ORDER = {name: index for index, name in enumerate(("schema", "extends", *Animation.model_fields))}


def splices_of(text: str, values: Mapping[str, Any], path: Path, value: Any) -> list[Splice]:
    """Returns what changes in a text for one edit.

    Args:
        text: The text.
        values: The values in it.
        path: The setting; it is there if it is to be removed.
        value: Its new value, or `REMOVED`.

    Raises:
        RefusedError: The place cannot be edited.
    """
    return list(_Edit(text, path).splices(values, value))


class _Edit:
    """Finds the splices of one edit."""

    def __init__(self, text: str, path: Path) -> None:
        self._editor = Editor.of(text)
        self._entries = self._editor.entries
        self._path = path
        self._root = tree_of(text)
        self._shared = _shared_nodes(self._root)

    def splices(self, values: Any, value: Any) -> Iterator[Splice]:
        """Yields what changes in the text."""
        root = self._root
        if root is None:
            pair = {new_key(self._path[0]): nested(self._path, value)}
            yield self._appended(pair)
            return
        chain = self._chain(root, values)
        if value is REMOVED:
            yield self._removed(chain)
            return
        depth = len(chain)
        parent, _, slot, old = chain[-1]
        rest = self._path[depth - 1 :]
        if slot is None:
            yield self._added(parent, rest, nested(rest, value), depth)
        else:
            self._check_free(slot.node)
            yield from self._editor.change(slot, old, nested(rest, value))

    def _chain(self, root: Node, values: Any) -> list[tuple[Node, int, Slot | None, Any]]:
        """Returns group, index, place and value of each key of the path, as far as there are any."""
        chain: list[tuple[Node, int, Slot | None, Any]] = []
        node, in_flow = root, False
        for name in self._path:
            self._check_owned(node)
            key = key_in(values, name)
            keys = list(values) if isinstance(values, Mapping) else list(range(len(values)))
            slots = self._editor.slots(node, in_flow=in_flow)
            if len(keys) != len(slots):
                raise RefusedError("its group has two keys that mean the same; change it in the YAML")
            if key is None:
                return [*chain, (node, len(keys), None, None)]
            at = keys.index(key)
            slot, values = slots[at], values[key]
            chain.append((node, at, slot, values))
            if values is None:
                return chain
            node, in_flow = slot.node, slot.in_flow
        return chain

    def _added(self, parent: Node, rest: Path, value: Any, depth: int) -> Splice:
        in_flow = bool(parent.style)
        if parent.kind == "sequence":
            return self._entries.appended(parent, value)
        at = len(parent.pairs)
        if depth == 1:
            at = _place_in_schema([key.name for key, _ in parent.pairs], rest[0])
        return self._entries.added(parent, at, {new_key(rest[0]): value}, in_flow=in_flow)

    def _removed(self, chain: list[tuple[Node, int, Slot | None, Any]]) -> Splice:
        """Returns the splice that removes the last key of a chain, with the groups that it leaves empty."""
        depth = len(chain) - 1
        while depth > 0 and len(entries_of(chain[depth][0])) == 1:
            depth -= 1
        parent, at, slot, _ = chain[depth]
        if slot is not None:
            self._check_free(slot.node)
        return self._entries.removed(parent, at)

    def _appended(self, pair: Mapping[Any, Any]) -> Splice:
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
