"""Wildcard files of one folder: text files with a prompt per line, and YAML or JSON collections of lists."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from animator.core.paths import exists, resolve
from animator.core.read import UnreadableError, read_text
from animator.core.walk import TooManyFilesError, walk
from animator.errors import UserError
from animator.settings.dynamic_prompts import lexer
from animator.settings.dynamic_prompts.collection import COLLECTIONS, read_collection
from animator.settings.dynamic_prompts.pattern import is_pattern, matches
from schedules.suggest import suggestion

SUFFIX = ".txt"
MAX_BYTES = 10_000_000
"""Largest size of a file."""
MAX_TOTAL = 50_000_000
"""Largest size of all files of a folder that are read."""
MAX_ENTRIES = 20_000
"""Files and folders that are looked at to find the wildcard files of a folder."""
MAX_FILES = 20_000


@dataclass(frozen=True)
class Line:
    """One text of a wildcard, its relative weight, and where it is written."""

    text: str
    weight: float
    place: str


Lines = tuple[Line, ...]


class WildcardFiles:
    """The wildcard files of one folder, each read once."""

    def __init__(self, folder: Path) -> None:
        """Opens a folder; its files may be at any depth."""
        self.folder = folder
        self._lines: dict[str, Lines] = {}
        self._read_bytes = 0

    def lines(self, name: str) -> Lines:
        """Returns the lines of a wildcard, without empty ones and comments (#).

        Args:
            name: Path below the folder, without `.txt`; a path of keys inside a collection; or a pattern,
                in which `*` stands for any characters and `**` for any folders.

        Raises:
            UserError: There is no such wildcard, or it has no lines.
        """
        if name not in self._lines:
            self._lines[name] = self._find(name)
        return self._lines[name]

    def _find(self, name: str) -> Lines:
        if name.startswith("/") or ".." in name.split("/"):
            raise self._outside(name)
        lines = self._matching(name) if is_pattern(name) else self._named(name)
        if not lines:
            raise UserError(f"__{name}__: {self._path(name)} has no lines to choose from")
        return lines

    def _matching(self, pattern: str) -> Lines:
        names = [name for name in self._names if matches(name, pattern)]
        if not names:
            raise UserError(f"__{pattern}__: no file or key in {self.folder} matches")
        return tuple(line for name in names for line in self.lines(name))

    def _named(self, name: str) -> Lines:
        if exists(self._path(name)):
            return self._text_file(name)
        if name not in self._collections:
            raise self._missing(name)
        return self._collections[name]

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{SUFFIX}"

    def _text_file(self, name: str) -> Lines:
        path = self._path(name)
        texts = self._read(path, f"__{name}__: ", "a text file with a prompt on each line").splitlines()
        numbered = ((number, text.strip()) for number, text in enumerate(texts, 1))
        return tuple(
            weighted_line(text, f"{path}, line {number}")
            for number, text in numbered
            if text and not text.startswith("#")
        )

    def _read(self, path: Path, label: str, expected: str) -> str:
        """Returns the text of a file of the folder; `label` and `expected` are for messages."""
        if not resolve(path).is_relative_to(resolve(self.folder)):
            raise UserError(f"{label}{path} is outside the folder {self.folder}; {_INSIDE}")
        try:
            text = read_text(path, MAX_BYTES)
        except UnreadableError as error:
            raise UserError(f"{label}{path} {error}; expected {expected}") from error
        self._read_bytes += len(text)
        if self._read_bytes > MAX_TOTAL:
            raise UserError(f"{label}the wildcard files in {self.folder} exceed {MAX_TOTAL} characters")
        return text

    def _outside(self, name: str) -> UserError:
        return UserError(f"__{name}__: is outside the folder {self.folder}; {_INSIDE}")

    def _missing(self, name: str) -> UserError:
        similar = suggestion(name, self._names, form="__{}__")
        hint = f"{similar} " if similar else ""
        return UserError(
            f"__{name}__: there is no {self._path(name)}; {hint}`wildcard_folder` sets the folder of such "
            "files, and an empty one leaves the prompt as it is written"
        )

    @cached_property
    def _paths(self) -> list[Path]:
        """Text files and collections, by name; links to elsewhere are left out."""
        root = resolve(self.folder)
        paths: list[Path] = []
        try:
            for folder, folders, names in walk(self.folder, MAX_ENTRIES):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                paths += (folder / name for name in names if name.endswith((SUFFIX, *COLLECTIONS)))
        except TooManyFilesError as error:
            raise UserError(f"wildcard_folder: {error}") from error
        if len(paths) > MAX_FILES:
            raise UserError(f"wildcard_folder: {self.folder} has more than {MAX_FILES} files")
        return sorted(path for path in paths if resolve(path).is_relative_to(root))

    @cached_property
    def _collections(self) -> Mapping[str, Lines]:
        """Lines by path of keys: below the collection's folder, and below the collection's own name."""
        short: dict[str, Lines] = {}
        full: dict[str, Lines] = {}
        for path in self._paths:
            if path.suffix == SUFFIX:
                continue
            text = self._read(path, "", "a wildcard collection")
            below = path.relative_to(self.folder).with_suffix("")
            for keys, items in read_collection(text, path):
                lines = tuple(
                    weighted_line(item.text, item.place, item.weight) for item in items if item.text.strip()
                )
                full["/".join((*below.parts, *keys))] = lines
                short.setdefault("/".join((*below.parent.parts, *keys)) or below.name, lines)
        return {**full, **short}

    @cached_property
    def _names(self) -> list[str]:
        """Names that a pattern can match."""
        return sorted({*self._text_names(), *self._collections})

    def _text_names(self) -> Iterator[str]:
        for path in self._paths:
            if path.suffix == SUFFIX:
                yield path.relative_to(self.folder).with_suffix("").as_posix()


_INSIDE = "wildcard files must be inside it"


def weighted_line(text: str, place: str, weight: float = 1.0) -> Line:
    """Returns the line of a text such as `2::red`.

    Raises:
        UserError: The weight is below 0.
    """
    match = lexer.WEIGHT.match(text)
    if match is None:
        return Line(text.strip(), weight, place)
    if float(match[1]) < 0:
        raise UserError(f"{place}: the weight {match[1]} is below 0")
    return Line(text[match.end() :].strip(), float(match[1]), place)
