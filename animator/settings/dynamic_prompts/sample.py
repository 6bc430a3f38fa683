"""Chooses from dynamic prompts: the same seed and key give the same text, in bounded time."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate

from animator.errors import UserError
from animator.settings.dynamic_prompts.errors import TemplateError
from animator.settings.dynamic_prompts.files import WildcardFiles
from animator.settings.dynamic_prompts.nodes import (
    Assignment,
    Count,
    Literal,
    Node,
    Sampling,
    Sequence,
    Template,
    Variable,
    Variant,
    Wildcard,
)
from animator.settings.dynamic_prompts.parse import parse
from animator.settings.dynamic_prompts.permutations import count_picks, pick_at
from animator.settings.dynamic_prompts.reach import literal_path
from schedules.seeds import derive
from schedules.suggest import suggestion

MAX_STEPS = 20_000
"""Most parts that one prompt may be made of."""
MAX_LENGTH = 100_000
"""Most characters of one prompt."""
MAX_DEPTH = 60
"""Deepest nesting of brackets, variables and wildcard lines in each other."""

Variables = Mapping[str, Sequence]


@dataclass(frozen=True)
class _Scope:
    """What surrounds a node: variables, the wildcards and variables it is inside of, the depth."""

    variables: Variables = field(default_factory=dict)
    inside: tuple[str, ...] = ()
    depth: int = 0

    def enter(self, name: str, column: int) -> "_Scope":
        """Returns the scope inside a wildcard or variable.

        Raises:
            TemplateError: A variable is inside itself.
        """
        if name.startswith("$") and name in self.inside:
            cycle = " -> ".join((*self.inside[self.inside.index(name) :], name))
            raise TemplateError(f"variables refer to each other in a circle: {cycle}", column)
        return replace(self, inside=(*self.inside, name))


class Sampler:
    """Chooses for one text."""

    def __init__(self, files: WildcardFiles | None, seed: int, key: int) -> None:
        """Prepares the choices of a text.

        Args:
            files: The wildcard files; None keeps `__name__` as it is written.
            seed: The film's seed.
            key: Index of the text in the film. `@` takes the option of this index, `!` the combination.
        """
        self._files = files
        self._seed = seed
        self._key = key
        self._turn = 0
        self._steps = 0
        self._length = 0
        self._strides: dict[Node, int] = {}

    def fill(self, template: Template, variables: Variables) -> tuple[str, Variables]:
        """Returns the chosen text, and the variables after it.

        Raises:
            UserError: A wildcard or variable is missing, or the work grows beyond its limits.
        """
        stride = 1
        for node in reversed(list(_combinatorial(template.root))):
            self._strides[node] = stride
            stride *= max(self._size(node), 1)
        scope = self._assign(template.root, _Scope(variables))
        return self._sequence(template.root, scope).strip(), scope.variables

    def _sequence(self, sequence: Sequence, scope: _Scope) -> str:
        if scope.depth > MAX_DEPTH:
            raise _endless(scope)
        scope = replace(self._assign(sequence, scope), depth=scope.depth + 1)
        return "".join(self._node(node, scope) for node in sequence.parts)

    def _node(self, node: Node, scope: _Scope) -> str:
        self._steps += 1
        if self._steps > MAX_STEPS or self._length > MAX_LENGTH:
            raise _endless(scope)
        if isinstance(node, Literal):
            self._length += len(node.text)
            return node.text
        if isinstance(node, Variant):
            return self._variant(node, scope)
        if isinstance(node, Wildcard):
            return self._wildcard(node, scope)
        if isinstance(node, Variable):
            return self._variable(node, scope)
        return self._sequence(node, scope) if isinstance(node, Sequence) else ""

    def _assign(self, sequence: Sequence, scope: _Scope) -> _Scope:
        """Returns the scope with the assignments of a sequence, which hold for all of it."""
        for node in sequence.parts:
            if not isinstance(node, Assignment) or (node.keeps and node.name in scope.variables):
                continue
            value = node.value
            if node.is_immediate:
                inner = replace(scope, depth=scope.depth + 1)
                value = Sequence((Literal(self._sequence(node.value, inner).strip()),))
            scope = replace(scope, variables={**scope.variables, node.name: value})
        return scope

    def _variable(self, node: Variable, scope: _Scope) -> str:
        value = scope.variables.get(node.name, node.default)
        if value is None:
            similar = suggestion(node.name, scope.variables, form="${{{}}}")
            hint = f"{similar} " if similar else ""
            raise TemplateError(
                f"the variable {node.name} is not set; {hint}write ${{{node.name}=value}} before it "
                f"or ${{{node.name}:default}}",
                node.column,
            )
        return self._sequence(value, scope.enter(f"${node.name}", node.column)).strip()

    def _variant(self, node: Variant, scope: _Scope) -> str:
        wildcard = _only_wildcard(node)
        if wildcard is not None and self._files is not None and node.count != Count():
            return self._lines(wildcard, scope, node.count, node.sampling or wildcard.sampling, node)
        weights = [option.weight for option in node.options]
        picks = self._pick(weights, node.count, node.sampling, node)
        texts = [self._sequence(node.options[index].node, scope).strip() for index in picks]
        return self._join(texts, node.count)

    def _wildcard(self, node: Wildcard, scope: _Scope) -> str:
        if self._files is None:
            return node.source
        return self._lines(node, scope, Count(), node.sampling, node)

    def _lines(
        self, wildcard: Wildcard, scope: _Scope, count: Count, sampling: Sampling | None, node: Node
    ) -> str:
        """Returns chosen lines of a wildcard, filled in turn."""
        assert self._files is not None  # noqa: S101 (narrows the type)
        name = self._sequence(wildcard.path, scope).strip()
        try:
            lines = self._files.lines(name)
        except TemplateError:
            raise
        except UserError as error:
            raise TemplateError(str(error), wildcard.column) from error
        inner = replace(scope, variables={**scope.variables, **wildcard.variables})
        inner = inner.enter(name, wildcard.column)
        picks = self._pick([line.weight for line in lines], count, sampling, node)
        texts: list[str] = []
        for index in picks:
            line = lines[index]
            try:
                texts.append(self._sequence(parse(line.text).root, inner).strip())
            except TemplateError as error:
                raise error.inside(line.place) from error
        return self._join(texts, count)

    def _join(self, texts: list[str], count: Count) -> str:
        self._length += len(count.separator) * len(texts)
        return count.separator.join(texts)

    def _pick(self, weights: list[float], count: Count, sampling: Sampling | None, node: Node) -> list[int]:
        """Returns the indices of the chosen options, each at most once."""
        high = min(len(weights) if count.high is None else count.high, len(weights))
        low = min(count.low, high)
        if sampling in (Sampling.CYCLICAL, Sampling.COMBINATORIAL):
            stride = self._strides.get(node, 1) if sampling is Sampling.COMBINATORIAL else 1
            return pick_at(self._key // stride, len(weights), low, high)
        number = low if low == high else low + self._draw() % (high - low + 1)
        return self._weighted(weights, number)

    def _weighted(self, weights: list[float], number: int) -> list[int]:
        left = [index for index, weight in enumerate(weights) if weight > 0]
        picks: list[int] = []
        is_even = len({weights[index] for index in left}) <= 1
        while left and len(picks) < number:
            draw = self._draw()
            at = draw % len(left)
            if not is_even:
                sums = list(accumulate(weights[index] for index in left))
                at = min(bisect_right(sums, draw / 2**63 * sums[-1]), len(left) - 1)
            picks.append(left.pop(at))
            self._steps += 1
            if self._steps > MAX_STEPS:
                break
        return picks

    def _draw(self) -> int:
        self._turn += 1
        return derive(self._seed, self._key, f"dynamic prompt {self._turn}")

    def _size(self, node: Variant | Wildcard) -> int:
        """Returns the number of choices that a combinatorial node has."""
        count, total = Count(), 0
        wildcard = node if isinstance(node, Wildcard) else _only_wildcard(node)
        if isinstance(node, Variant):
            count, total = node.count, len(node.options)
        if wildcard is not None and self._files is not None and (count != Count() or node is wildcard):
            name = literal_path(wildcard)
            total = len(self._files.lines(name)) if name else 1
        high = min(total if count.high is None else count.high, total)
        return count_picks(total, min(count.low, high), high)


def _only_wildcard(node: Variant) -> Wildcard | None:
    """Returns the wildcard that is all of a variant, as in `{2$$__name__}`: its lines are the options."""
    if len(node.options) > 1:
        return None
    parts = [part for part in node.options[0].node.parts if not _is_blank(part)]
    return parts[0] if len(parts) == 1 and isinstance(parts[0], Wildcard) else None


def _is_blank(node: Node) -> bool:
    return isinstance(node, Literal) and not node.text.strip()


def _combinatorial(sequence: Sequence) -> Iterator[Variant | Wildcard]:
    """Yields the nodes marked `!` in the order of the text."""
    for node in sequence.parts:
        if isinstance(node, Variant | Wildcard) and node.sampling is Sampling.COMBINATORIAL:
            yield node
        if isinstance(node, Variant):
            for option in node.options:
                yield from _combinatorial(option.node)
        elif isinstance(node, Assignment):
            yield from _combinatorial(node.value)


def _endless(scope: _Scope) -> TemplateError:
    """Returns the error for too much work; names the wildcards that repeat."""
    repeated = next((name for name in scope.inside if scope.inside.count(name) > 1), None)
    if repeated is None:
        message = f"the prompt grows beyond {MAX_LENGTH} characters, {MAX_STEPS} parts or {MAX_DEPTH} levels"
        return TemplateError(message, 0)
    first = scope.inside.index(repeated)
    cycle = scope.inside[first : scope.inside.index(repeated, first + 1) + 1]
    return TemplateError(f"wildcards refer to each other in a circle: {' -> '.join(cycle)}", 0)
