"""Changes one setting of a preset's YAML text; comments, order, blank lines and styles stay.

The text is not written anew: the places of its values are known, and only the part that changes is replaced. The
result is read again, and refused if anything else has changed with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

import yaml

from animator.errors import PresetError, UserError
from animator.presets import yaml_text
from animator.presets.edit.splices import Editor, Slot, Splice, apply, canonical, key_text
from animator.presets.edit.tree import Node, tree_of
from animator.settings.animation import Animation

Path = tuple[str, ...]
_LISTS = ("controlnet", "steps")
"""Settings that are a list of groups: an index into one that is absent makes a list."""
_ORDER = {name: index for index, name in enumerate(("schema", "extends", *Animation.model_fields))}
_BOM = "\ufeff"


class EditError(UserError):
    """A setting that cannot be changed in a YAML text without changing more, such as one that is shared."""


def set_value(text: str, path: Path, value: Any, source: str = "preset") -> str:
    """Returns the text with one setting changed, or added where it is absent.

    Args:
        text: The YAML of a preset; may be empty.
        path: Keys from the top, such as `("motion", "zoom")`; items of lists by index, as in
            `("steps", "0", "amount")`. The index behind the last item adds one.
        value: A number, text, truth value, None, or a list or mapping of these. Of a mapping in the place of
            another one, only what differs is written.
        source: Name of the preset, for messages.

    Raises:
        PresetError: The text is not YAML; with the problems that reading it has.
        EditError: The place is shared with another one (`&name`, `*name`), is not in a group, or is written in
            a way that is not understood here.
    """
    return _edited(text, path, source, value)


def remove_value(text: str, path: Path, source: str = "preset") -> str:
    """Returns the text without one setting; as it is where the setting is absent.

    A group goes with its last setting. Comments on lines of their own stay.

    Args:
        text: The YAML of a preset.
        path: As for `set_value`.
        source: Name of the preset, for messages.

    Raises:
        PresetError: The text is not YAML; with the problems that reading it has.
        EditError: As for `set_value`.
    """
    return _edited(text, path, source, _REMOVED)


_REMOVED = object()


def _edited(text: str, path: Path, source: str, value: Any) -> str:
    mark, text = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    values = _read(text, source)
    try:
        expected = _expected(values, path, value)
        if expected is None or canonical(expected) == canonical(values):
            return mark + text
        edited = apply(text, list(_Edit(text, path).splices(values, value)))
        read = yaml_text.read(edited, source)
        done = not read.problems and canonical(read.values) == canonical(expected)
    except (yaml.YAMLError, RecursionError) as error:
        raise EditError(f"{source}: {'.'.join(path)}: the value cannot be written as YAML: {error}") from error
    except _RefusedError as error:
        raise EditError(f"{source}: {'.'.join(path)}: {error}") from error
    if not done:
        message = "cannot be changed here without changing more; change it in the YAML"
        raise EditError(f"{source}: {'.'.join(path)}: {message}")
    return mark + edited


class _RefusedError(Exception):
    """A place that is not edited; the message says why."""


def _read(text: str, source: str) -> dict[str, Any]:
    document = yaml_text.read(text, source)
    if document.problems:
        raise PresetError(source, document.problems)
    return dict(document.values)


# The values that the edited text has to have.


def _expected(values: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any] | None:
    """Returns the values after an edit; None if there is nothing to remove."""
    result: dict[str, Any] = deepcopy(dict(values))
    parent: Any = result
    for depth, name in enumerate(path):
        key = _key_in(parent, name)
        is_last = depth == len(path) - 1
        if value is _REMOVED:
            if key is None:
                return None
            if is_last:
                del parent[key]
                return _without_empty(result, path[:-1])
        elif is_last or key is None or parent[key] is None:
            _put(parent, name, key, nested(path[depth:], value))
            return result
        parent = parent[key]
    raise _RefusedError("a setting has a name")


def _without_empty(values: dict[str, Any], path: Path) -> dict[str, Any]:
    """Returns the values without the groups on a path that are empty now."""
    for depth in range(len(path), 0, -1):
        parent: Any = values
        for name in path[: depth - 1]:
            parent = parent[_key_in(parent, name)]
        key = _key_in(parent, path[depth - 1])
        if parent[key]:
            break
        del parent[key]
    return values


def _key_in(parent: Any, name: str) -> Any:
    """Returns the key or index of a name in a mapping or list; None if it is not there."""
    if isinstance(parent, Mapping):
        written = yaml_text.scalar(name) if name.isdecimal() else name
        return next((key for key in parent if str(key) == name or key == written), None)
    if isinstance(parent, Sequence) and not isinstance(parent, str):
        if not name.isdecimal() or int(name) > len(parent):
            raise _RefusedError(f"{name} is not an item of this list of {len(parent)}")
        return int(name) if int(name) < len(parent) else None
    raise _RefusedError(f"its group is {parent!r:.40}; expected settings such as `name: value`")


def _put(parent: Any, name: str, key: Any, value: Any) -> None:
    if isinstance(parent, list) and key is None:
        parent.append(value)
    else:
        parent[new_key(name) if key is None else key] = value


def new_key(name: str) -> Any:
    """Returns the key for a name: a frame is a number."""
    return int(name) if name.isdecimal() and str(int(name)) == name else name


def nested(path: Path, value: Any) -> Any:
    """Returns the value of the first key of a path in which the rest of the path has a value."""
    for depth in range(len(path) - 1, 0, -1):
        is_item = depth == 1 and path[0] in _LISTS
        if is_item and path[1] != "0":
            raise _RefusedError(f"there is no list to add item {path[1]} to; begin with item 0")
        value = [value] if is_item else {new_key(path[depth]): value}
    return value


# The edit itself.


class _Edit:
    """Finds the splices of one edit."""

    def __init__(self, text: str, path: Path) -> None:
        self._editor = Editor.of(text)
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
        if value is _REMOVED:
            yield self._removed(chain)
            return
        depth = len(chain)
        parent, at, slot, old = chain[-1]
        rest = self._path[depth - 1 :]
        if slot is None:
            yield self._added(parent, rest, nested(rest, value), depth)
        else:
            self._check_free(slot.node)
            yield from self._editor.change(slot, old, nested(rest, value))

    def _chain(self, root: Node, values: Any) -> list[tuple[Node, int, Slot | None, Any]]:
        """Returns list or mapping, index, place and value of each key of the path, as far as there are any."""
        chain: list[tuple[Node, int, Slot | None, Any]] = []
        node, in_flow = root, False
        for name in self._path:
            self._check_owned(node)
            key = _key_in(values, name)
            keys = list(values) if isinstance(values, Mapping) else list(range(len(values)))
            slots = self._editor.slots(node, in_flow=in_flow)
            if len(keys) != len(slots):
                raise _RefusedError("its group has two keys that mean the same; change it in the YAML")
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
            return self._editor.appended(parent, value)
        at = len(parent.pairs)
        if depth == 1:
            at = _place_in_schema([key.name for key, _ in parent.pairs], rest[0])
        return self._editor.added(parent, at, {new_key(rest[0]): value}, in_flow=in_flow)

    def _removed(self, chain: list[tuple[Node, int, Slot | None, Any]]) -> Splice:
        """Returns the splice that removes the last key of a chain, with the groups that it leaves empty."""
        depth = len(chain) - 1
        while depth > 0 and len(self._editor.entries(chain[depth][0])) == 1:
            depth -= 1
        parent, at, slot, _ = chain[depth]
        if slot is not None:
            self._check_free(slot.node)
        return self._editor.removed(parent, at)

    def _appended(self, pair: Mapping[Any, Any]) -> Splice:
        """Returns the splice that gives a text without any settings its first one."""
        text, newline = self._editor.text, self._editor.newline
        lines = "".join(self._editor.block(pair, 0)).removeprefix(newline) + newline
        lead = newline if text.strip() and not text.endswith(("\n", "\r")) else ""
        return Splice(len(text), len(text), lead + lines)

    def _check_owned(self, node: Node) -> None:
        """Checks that a group is not written elsewhere, and not repeated elsewhere."""
        if node.kind == "alias":
            raise _RefusedError(
                f"its group is the one of `&{node.name}`, repeated by `*{node.name}`; change it there, or write "
                "the group out in the YAML"
            )
        if node in self._shared:
            raise _RefusedError(
                f"its group `&{node.anchor}` is repeated elsewhere by `*{node.anchor}`, where it would change, "
                "too; change it in the YAML"
            )

    def _check_free(self, node: Node) -> None:
        """Checks that nothing in a value that goes is repeated elsewhere."""
        for inner in node.walk():
            if inner in self._shared:
                raise _RefusedError(
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
    """Returns the index for a new top-level setting: behind the last one that comes before it in the schema."""
    own = _ORDER.get(name, len(_ORDER))
    before = [index for index, other in enumerate(names) if _ORDER.get(other, len(_ORDER)) <= own]
    return before[-1] + 1 if before else 0
