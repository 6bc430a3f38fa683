"""Changed trees: a valid structure of mappings and lists with wrong values, keys and shapes at any place."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.fuzz.values import TEXT, VALUE

Path = tuple[Any, ...]
MAX_CHANGES = 3
KINDS = ("replace", "replace", "replace", "remove", "wrap", "rename", "add", "copy")


def places(tree: Any, path: Path = ()) -> list[Path]:
    """Returns the path of every value in a tree but the root."""
    items = tree.items() if isinstance(tree, Mapping) else enumerate(tree) if isinstance(tree, list) else ()
    found: list[Path] = []
    for key, value in items:
        found += [(*path, key), *places(value, (*path, key))]
    return found


@st.composite
def changed(draw: DrawFn, valid: Any, values: SearchStrategy[Any] = VALUE) -> Any:
    """Draws a copy of a tree with a few values replaced, removed, wrapped, renamed, added or copied."""
    tree = deepcopy(valid)
    for _ in range(draw(st.integers(1, MAX_CHANGES))):
        here = places(tree)
        if not here:
            return draw(values)
        *above, key = draw(st.sampled_from(here))
        owner = tree
        for part in above:
            owner = owner[part]
        _change(draw, owner, key, values, tree)
    return tree


def _change(draw: DrawFn, owner: Any, key: Any, values: SearchStrategy[Any], tree: Any) -> None:
    kind = draw(st.sampled_from(KINDS))
    if kind == "remove":
        del owner[key]
    elif kind == "wrap":
        owner[key] = draw(st.sampled_from(([owner[key]], {"0": owner[key]}, str(owner[key]))))
    elif kind == "rename" and isinstance(owner, dict):
        owner[draw(TEXT | st.just(f"{key}s"))] = owner.pop(key)
    elif kind == "add" and isinstance(owner, dict):
        owner[draw(TEXT)] = deepcopy(draw(values))  # what is drawn twice is one object
    elif kind == "copy":
        *above, other = draw(st.sampled_from(places(tree)))
        source = tree
        for part in above:
            source = source[part]
        owner[key] = deepcopy(source[other])
    else:
        owner[key] = deepcopy(draw(values))
