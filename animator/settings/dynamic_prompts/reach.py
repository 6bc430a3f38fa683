"""Wildcards that dynamic prompts can reach: each must exist, its lines parse, and no circle lacks an exit."""

from collections.abc import Iterable, Iterator

from animator.errors import UserError
from animator.settings.dynamic_prompts.errors import TemplateError
from animator.settings.dynamic_prompts.files import WildcardFiles
from animator.settings.dynamic_prompts.nodes import (
    Assignment,
    Literal,
    Node,
    Sequence,
    Template,
    Variable,
    Variant,
    Wildcard,
)
from animator.settings.dynamic_prompts.parse import parse

_SYNTAX = ("{", "}", "$", "__")


class Reach:
    """The wildcards that the texts of a film can reach, each visited once."""

    def __init__(self, files: WildcardFiles) -> None:
        self._files = files
        self._templates: dict[str, tuple[Template, ...]] = {}
        self._basic: dict[str, bool] = {}
        self._ends: set[str] = set()

    def visit(self, template: Template) -> bool:
        """Visits all that a text can reach; returns True if all of it is basic, as `Template.is_basic`.

        Raises:
            UserError: A wildcard is missing, a line does not parse, or wildcards lead into each other
                without end.
        """
        is_basic = template.is_basic
        seen: set[str] = set()
        waiting = sorted(_names(template.root))
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            self._read(name)
            is_basic = is_basic and self._basic[name]
            waiting += sorted({inner for one in self._templates[name] for inner in _names(one.root)} - seen)
        self._check_ends(seen)
        return is_basic

    def _read(self, name: str) -> None:
        if name in self._templates:
            return
        lines = self._files.lines(name)
        templates = []
        for line in lines:
            if not any(sign in line.text for sign in _SYNTAX):
                continue
            try:
                templates.append(parse(line.text))
            except TemplateError as error:
                raise error.inside(line.place) from error
        if len(templates) < len(lines):
            self._ends.add(name)
        self._templates[name] = tuple(templates)
        is_even = all(line.weight == 1.0 for line in lines)
        self._basic[name] = is_even and all(template.is_basic for template in templates)

    def _check_ends(self, names: set[str]) -> None:
        """Checks that every wildcard can come to an end."""
        open_names = sorted(names - self._ends)
        while True:
            done = {name for name in open_names if any(map(self._can_end, self._templates[name]))}
            if not done:
                break
            self._ends |= done
            open_names = [name for name in open_names if name not in done]
        if not open_names:
            return
        cycle = [open_names[0]]
        while len(cycle) == len(set(cycle)):
            inner = {one for template in self._templates[cycle[-1]] for one in _names(template.root)}
            cycle.append(min(inner.intersection(open_names)))
        cycle = cycle[cycle.index(cycle[-1]) :]
        raise UserError(
            f"__{cycle[0]}__: files in {self._files.folder} refer to each other in a circle, "
            f"{' -> '.join(cycle)}; add a line without these wildcards"
        )

    def _can_end(self, template: Template) -> bool:
        return self._ends_in(template.root)

    def _ends_in(self, node: Node) -> bool:
        if isinstance(node, Sequence):
            return all(map(self._ends_in, node.parts))
        if isinstance(node, Variant):
            return any(self._ends_in(option.node) for option in node.options)
        if isinstance(node, Wildcard):
            name = literal_path(node)
            return name is None or name in self._ends
        return True


def literal_path(node: Wildcard) -> str | None:
    """Returns the path of a wildcard; None if variables or brackets in it decide."""
    parts = node.path.parts
    return parts[0].text if len(parts) == 1 and isinstance(parts[0], Literal) else None


def _names(node: Node) -> set[str]:
    """Returns the paths of the wildcards in a node, as far as they are known before the choices."""
    return {name for wildcard in _wildcards(node) if (name := literal_path(wildcard)) is not None}


def _wildcards(node: Node | None) -> Iterator[Wildcard]:
    if isinstance(node, Wildcard):
        yield node
    for inner in _inner(node):
        yield from _wildcards(inner)


def _inner(node: Node | None) -> Iterable[Node | None]:
    """Returns the nodes directly inside a node."""
    if isinstance(node, Wildcard):
        return node.variables.values()
    if isinstance(node, Sequence):
        return node.parts
    if isinstance(node, Variant):
        return (option.node for option in node.options)
    if isinstance(node, Assignment):
        return (node.value,)
    return (node.default,) if isinstance(node, Variable) else ()
