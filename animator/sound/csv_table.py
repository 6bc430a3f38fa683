"""Reads small tables: comma, semicolon or tab between the cells, and a header line."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from animator.core.printable import printable
from animator.core.read import UnreadableError, read_text
from animator.errors import UserError

MAX_BYTES = 16_000_000
MAX_ROWS = 1_000_000
MAX_COLUMNS = 256
_SEPARATORS = "\t;,"


@dataclass(frozen=True)
class CsvTable:
    """A table.

    Attributes:
        names: The columns, without spaces around them.
        rows: The cells of each row, as many as columns.
        lines: The line of the file that each row ends in.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


def read_csv(path: Path) -> CsvTable:
    """Returns a table with a header line; empty lines are skipped.

    Raises:
        UserError: The file cannot be read or is too large, or its rows differ in length from the header.
    """
    rows, lines = [], []
    for line, cells in _rows(path, text_of(path)):
        rows.append(cells)
        lines.append(line)
    if not rows:
        raise UserError(f"{path}: is empty; expected a line with the names of the columns, and rows below")
    names = rows[0]
    if len(names) > MAX_COLUMNS:
        raise UserError(f"{path}: has {len(names)} columns; expected at most {MAX_COLUMNS}")
    twice = next((name for index, name in enumerate(names) if name in names[:index]), None)
    if twice is not None:
        raise UserError(f"{path}: has the column {twice[:80]!r} twice; expected different names")
    return CsvTable(names, tuple(rows[1:]), tuple(lines[1:]))


def text_of(path: Path) -> str:
    """Returns the text of a table's file.

    Raises:
        UserError: It cannot be read, is too large, or is not UTF-8.
    """
    try:
        return read_text(path, MAX_BYTES)
    except UnreadableError as error:
        raise UserError(f"{path}: {error}") from error


def _rows(path: Path, text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    header = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=header.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    width = 0
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            width = width or len(cells)
            if len(cells) != width:
                where = f"{path}: line {reader.line_num}"
                raise UserError(f"{where}: has {len(cells)} cells; expected {width}, as in the header")
            if reader.line_num > MAX_ROWS:
                raise UserError(f"{path}: has more than {MAX_ROWS} lines")
            yield reader.line_num, tuple(cell.strip() for cell in cells)
    except csv.Error as error:
        raise UserError(f"{path}: line {reader.line_num}: {printable(str(error))}") from error
