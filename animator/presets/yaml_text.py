"""Parses YAML into plain values and their places: YAML 1.2 scalars, no duplicate keys, bounded size.

PyYAML reads YAML 1.1, where `on` is true, `017` is 15, `12:30` is 750 and a repeated key wins silently.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from animator.core.json_text import MAX_DIGITS, half_character, parse_int
from animator.errors import Problem
from animator.presets.yaml_errors import explain
from schedules.keys import UNIT

Path = tuple[str, ...]
TAG = "tag:yaml.org,2002:"
MAX_NODES = 200_000
"""Aliases can make a small file expand without end; a file with this many values is not a preset."""
MAX_EXPLAINED = 50_000
"""PyYAML's own parser, whose messages say more than libyaml's, takes seconds for longer texts."""
BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""A line break of YAML 1.1."""
_KEY = re.compile(rf"\s*([\"']?)\d+(?:\.\d+)?{UNIT}?\1\s*:\s")


@dataclass(frozen=True)
class Document:
    """A parsed file.

    Attributes:
        values: The top-level mapping.
        places: Path of keys -> `file:line:column`, one-based.
        problems: Errors in the text; if there are any, `values` is empty.
        comments: Path of keys -> the comment behind a text that is not in quotes.
    """

    values: Mapping[str, Any]
    places: Mapping[Path, str]
    problems: tuple[Problem, ...] = ()
    comments: Mapping[Path, str] = field(default_factory=dict)


class _Loader(yaml.SafeLoader):
    """SafeLoader with the core schema of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (PyYAML's API)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$|^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$"
    ),
    list("-+0123456789."),
)
_Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: parse_int(str(node.value)))


class _FastLoader(getattr(yaml, "CSafeLoader", _Loader)):  # type: ignore[misc]
    """The same with libyaml, where PyYAML has it. Its messages say less."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers
    yaml_constructors = _Loader.yaml_constructors


def read(text: str, source: str) -> Document:
    """Parses a YAML text whose top level is a mapping; returns problems instead of raising."""
    try:
        loader, root = _compose(text)
    except yaml.MarkedYAMLError as error:
        return _invalid(_place(source, error.problem_mark), f"is not YAML: {explain(error)}")
    except yaml.YAMLError as error:
        return _invalid(source, f"is not YAML: {error}")
    except RecursionError:
        return _invalid(source, "is nested too deeply")
    if root is None:
        return Document({}, {})
    if not isinstance(root, yaml.MappingNode):
        return _invalid(
            _place(source, root.start_mark), "expected settings such as `frames: 120` at the top level"
        )
    walk = _Walk(source, loader, text.split("\n") if "#" in text else [])
    try:
        walk.visit(root, ())
        values = {} if walk.problems else loader.construct_document(root)
    except RecursionError:
        return _invalid(source, "is nested too deeply")
    return (
        Document({}, {}, tuple(walk.problems))
        if walk.problems
        else Document(values, walk.places, (), walk.comments)
    )


def _compose(text: str) -> tuple[yaml.SafeLoader, yaml.Node | None]:
    """Returns the node tree of a text, and the loader that constructs it; raises PyYAML's errors."""
    try:
        fast: yaml.SafeLoader = _FastLoader(text)
        return fast, fast.get_single_node()
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        if "maximum nesting depth" in str(error):
            raise RecursionError from error
        if len(text) > MAX_EXPLAINED and isinstance(error, yaml.YAMLError):
            raise
        loader = _Loader(text)
        return loader, loader.get_single_node()


def events(text: str) -> Iterator[yaml.Event]:
    """Yields the events of a text that `read` has no problem with, with their places in it."""
    return yaml.parse(text, _FastLoader)


def scalar(text: str) -> Any:
    """Parses one YAML value, such as that of `--set key=value`; `0: a, 12: b` is a mapping without braces.

    Raises:
        ValueError: The text is not YAML.
    """
    try:
        loader, root = _compose(text)
        walk = _Walk("the value", loader)
        if root is not None:
            walk.visit(root, ())
        if walk.problems:
            raise ValueError(walk.problems[0].message)
        return None if root is None else loader.construct_document(root)
    except yaml.YAMLError as error:
        pairs = _pairs(text)
        if pairs is None:
            raise ValueError(explain(error)) from error
        return pairs
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    except TypeError as error:
        raise ValueError(" ".join(str(error).split())) from error


def _pairs(text: str) -> Any:
    """Returns the mapping of a text such as `0: a, 12: b`; None if it is not one."""
    if not _KEY.match(text):
        return None
    try:
        pairs = yaml.load(f"{{{text}}}", _Loader)  # noqa: S506 (a SafeLoader)
    except (yaml.YAMLError, RecursionError, TypeError):
        return None
    return pairs if isinstance(pairs, dict) and None not in pairs.values() else None


class _Dumper(yaml.SafeDumper):
    """SafeDumper that quotes text which YAML 1.2 takes for a number or a truth value, such as 1e5, too."""


for _first, _resolvers in _Loader.yaml_implicit_resolvers.items():
    for _tag, _pattern in _resolvers:
        _Dumper.add_implicit_resolver(_tag, _pattern, [_first])


def dump(values: Mapping[str, Any]) -> str:
    """Returns YAML text that `read` parses into the same values, with the keys in their order."""
    return yaml.dump(dict(values), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _InlineDumper(_Dumper):
    """The same on one line: text with line breaks has escapes for them, and nothing is shared."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_InlineDumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(TAG + "str", text, '"' if BREAK.search(text) else None),
)


def inline(value: Any, *, in_flow: bool, quotes: str | None = None) -> str:
    """Returns a value on one line, spelled as `dump` does; lists and mappings in brackets.

    Args:
        value: A plain value.
        in_flow: True for a place in brackets, where a comma ends a text without quotes.
        quotes: `"` or `'` for a text; None takes those that it needs.

    Raises:
        yaml.YAMLError: The value is not plain.
        RecursionError: It is nested too deeply.
    """
    if quotes and isinstance(value, str):
        return _dump_line(value, default_style=quotes)
    if not in_flow and not isinstance(value, list | tuple | Mapping):
        return _dump_line({"k": value}, default_flow_style=False).removeprefix("k: ")
    return _dump_line([value], default_flow_style=True)[1:-1]


def _dump_line(value: Any, **style: Any) -> str:
    options = {"sort_keys": False, "allow_unicode": True, "width": math.inf, **style}
    return str(yaml.dump(value, Dumper=_InlineDumper, **options)).removesuffix("\n")


class _Walk:
    """Collects the places and problems of a node tree."""

    def __init__(self, source: str, loader: yaml.SafeLoader, lines: Sequence[str] = ()) -> None:
        self.source = source
        self.comments: dict[Path, str] = {}
        self._loader = loader
        self._lines = lines
        self.places: dict[Path, str] = {}
        self.problems: list[Problem] = []
        self._nodes = 0
        self._checked: set[int] = set()

    def visit(self, node: yaml.Node, path: Path) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            if not self.problems:
                self.problems.append(Problem(self.source, "", f"has more than {MAX_NODES} values"))
            return
        is_repeated = id(node) in self._checked  # by an alias; a long text is not searched again for each
        self._checked.add(id(node))
        if message := "" if is_repeated else self._mistake(node):
            self.problems.append(Problem.of(_place(self.source, node.start_mark), path, message))
        elif isinstance(node, yaml.MappingNode):
            self._visit_mapping(node, path)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                inside = (*path, str(index))
                self.places[inside] = _place(self.source, item.start_mark)
                self.visit(item, inside)
        elif isinstance(node, yaml.ScalarNode) and not node.style and self._lines:
            self._note_comment(node, path)

    def _note_comment(self, node: yaml.Node, path: Path) -> None:
        """Notes a comment behind a text without quotes: it may be meant as part of the text."""
        mark = node.end_mark
        rest = self._lines[mark.line][mark.column :] if mark and mark.line < len(self._lines) else ""
        if rest.lstrip().startswith("#"):
            self.comments[path] = rest.strip()

    def _mistake(self, node: yaml.Node) -> str:
        """Returns what is wrong with a value itself: its tag, or what it contains; else an empty text."""
        if isinstance(node, yaml.ScalarNode):
            tag = TAG + "str"
            if node.tag != tag:
                tag = self._loader.resolve(yaml.ScalarNode, node.value, (True, False))  # type: ignore[no-untyped-call]
            if node.tag == TAG + "int" and len(node.value) > MAX_DIGITS:
                return f"is a number of {len(node.value)} digits; expected at most {MAX_DIGITS}"
            if half := half_character(node.value):
                return f"contains {half}, half of a character; write the whole character"
        else:
            tag = TAG + ("map" if isinstance(node, yaml.MappingNode) else "seq")
        if node.tag == tag:
            return ""
        return f"has the tag {node.tag.replace(TAG, '!!'):.60}; tags are not supported, remove it"

    def _visit_mapping(self, node: yaml.MappingNode, path: Path) -> None:
        first: dict[str, yaml.Mark] = {}
        for key, value in node.value:
            here = _place(self.source, key.start_mark)
            if not isinstance(key, yaml.ScalarNode):
                self.problems.append(Problem.of(here, path, "a key must be a plain word or number"))
                continue
            if message := self._mistake(key):
                self.problems.append(Problem.of(here, path, f"a key {message}"))
                continue
            inside = (*path, str(key.value))
            if key.value in first:
                line = first[key.value].line + 1
                self.problems.append(
                    Problem.of(here, inside, f"is given twice (first at line {line}); keep one")
                )
            first[key.value] = key.start_mark
            self.places[inside] = here
            self.visit(value, inside)


def _place(source: str, mark: yaml.Mark | None) -> str:
    return source if mark is None else f"{source}:{mark.line + 1}:{mark.column + 1}"


def _invalid(where: str, message: str) -> Document:
    return Document({}, {}, (Problem(where, "", message),))
