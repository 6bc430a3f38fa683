"""Reads LUT files of the format .cube, whoever made them; it needs no torch.

Such a file has curves of each channel (1D), a lattice of colors (3D), or both, the curves first.

Source:
    Adobe, "Cube LUT Specification" 1.0 (2013); the input ranges and the combined files of DaVinci Resolve.
"""

import io
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from animator.core.printable import printable
from animator.core.read import UnreadableError, read_bytes
from animator.errors import UserError

MAX_BYTES = 100_000_000
MAX_CURVE, MAX_LATTICE = 65_536, 65
"""Largest sizes of curves, and of each side of a lattice."""
_MAX_LINES = MAX_CURVE + MAX_LATTICE**3 + 10_000
_CURVE, _LATTICE = "LUT_1D_SIZE", "LUT_3D_SIZE"
_LARGEST_SIZE = {_CURVE: MAX_CURVE, _LATTICE: MAX_LATTICE}
_INPUT_RANGE = {_CURVE: "LUT_1D_INPUT_RANGE", _LATTICE: "LUT_3D_INPUT_RANGE"}
_LOW, _HIGH = "DOMAIN_MIN", "DOMAIN_MAX"
_IGNORED = ("TITLE", "LUT_IN_VIDEO_RANGE", "LUT_OUT_VIDEO_RANGE")
_KNOWN = (*_LARGEST_SIZE, *_INPUT_RANGE.values(), _LOW, _HIGH, *_IGNORED)
_LARGEST = 1e6
"""Largest number in a file; colors are around [0, 1]."""
_SHOWN = 60
Numbers = tuple[float, float, float]
Line = tuple[int, Sequence[str]]
"""Its number, and its first words."""


class CubeError(UserError):
    """A LUT file that cannot be used."""


@dataclass(frozen=True, eq=False)
class Table:
    """The curves or the lattice of a file.

    Attributes:
        colors: RGB, float32: (n, 3) of curves; (n, n, n, 3) of a lattice, by blue, green and red.
        low: The input of each channel that the first color is for.
        high: The input that the last one is for.
    """

    colors: NDArray[np.float32]
    low: Numbers
    high: Numbers


@dataclass(frozen=True, eq=False)
class Cube:
    """The content of a LUT file; at least one of both.

    Attributes:
        curves: Applied first.
        lattice: Applied to the curves' result.
    """

    curves: Table | None
    lattice: Table | None


def read_cube(path: Path) -> Cube:
    """Returns the content of a LUT file.

    Raises:
        CubeError: It cannot be read, is too large, or is not a complete file of this format.
    """
    try:
        data = read_bytes(path, MAX_BYTES)
    except UnreadableError as error:
        raise CubeError(f"{path}: {error}") from error
    try:
        return parse_cube(data)
    except CubeError as error:
        raise CubeError(f"{path}{error.message}") from error


def parse_cube(data: bytes) -> Cube:
    """Returns the content of a LUT file, given its bytes.

    Raises:
        CubeError: It is not a complete file of this format. The message begins with the place, as in `:3: `.
    """
    lines = _lines(data)
    keywords, first = _read_keywords(lines)
    sizes = {name: _size(name, keywords[name]) for name in _LARGEST_SIZE if name in keywords}
    if not sizes:
        raise CubeError(f": has no {_CURVE} and no {_LATTICE}; expected a LUT file of the format .cube")
    colors = _read_colors(chain(first, lines), sizes)
    curve, side = sizes.get(_CURVE, 0), sizes.get(_LATTICE, 0)
    lattice = colors[curve:].reshape(side, side, side, 3)
    return Cube(
        Table(colors[:curve], *_inputs(_CURVE, keywords)) if curve else None,
        Table(lattice, *_inputs(_LATTICE, keywords)) if side else None,
    )


def _lines(data: bytes) -> Iterator[Line]:
    """Yields each line that is not empty and no comment."""
    for number, line in enumerate(io.BytesIO(data.removeprefix(b"\xef\xbb\xbf")), 1):
        if number > _MAX_LINES:
            raise CubeError(f": has more than {_MAX_LINES} lines; expected fewer")
        words = line[:1000].decode("utf-8", "replace").split(None, 4)
        if words and not words[0].startswith("#"):
            yield number, words


def _read_keywords(lines: Iterator[Line]) -> tuple[Mapping[str, Line], tuple[Line, ...]]:
    """Returns the lines up to the colors by their keywords, without these, and the first line of colors."""
    keywords: dict[str, Line] = {}
    for number, (name, *values) in lines:
        if _is_number(name):
            return keywords, ((number, (name, *values)),)
        if name not in _KNOWN:
            shown = printable(name[:_SHOWN])
            raise CubeError(f":{number}: {shown!r} is unknown; known: {', '.join(_KNOWN)}")
        keywords[name] = number, values
    return keywords, ()


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _read_colors(lines: Iterable[Line], sizes: Mapping[str, int]) -> NDArray[np.float32]:
    """Returns the colors (rows, 3) of the rest of the lines."""
    rows = sizes.get(_CURVE, 0) + sizes.get(_LATTICE, 0) ** 3
    wanted = f"expected {rows} by {' and '.join(f'{name} {size}' for name, size in sizes.items())}"
    colors = array("f")
    for line in lines:
        if len(colors) == 3 * rows:
            raise CubeError(f":{line[0]}: is a row of colors too many; {wanted}")
        colors.extend(_numbers(*line))
    if len(colors) < 3 * rows:
        raise CubeError(f": has {len(colors) // 3} rows of colors; {wanted}")
    return np.frombuffer(colors, dtype=np.float32).reshape(rows, 3)


def _numbers(line: int, words: Sequence[str]) -> Numbers:
    """Returns the three numbers of a line."""
    try:
        red, green, blue = map(float, words)
    except ValueError as error:
        raise CubeError(f":{line}: is {_shown(words)}; expected three numbers, as in 0.5 0.5 0.5") from error
    if not (abs(red) <= _LARGEST and abs(green) <= _LARGEST and abs(blue) <= _LARGEST):  # nor NaN
        raise CubeError(f":{line}: is {_shown(words)}; expected numbers up to {_LARGEST:g}")
    return red, green, blue


def _size(name: str, line: Line) -> int:
    number, values = line
    digits = values[0] if len(values) == 1 and values[0].isascii() and values[0].isdecimal() else ""
    largest = _LARGEST_SIZE[name]
    if not (len(digits) in range(1, 9) and 2 <= int(digits) <= largest):
        raise CubeError(f":{number}: {name} is {_shown(values)}; expected a whole number from 2 to {largest}")
    return int(digits)


def _inputs(name: str, keywords: Mapping[str, Line]) -> tuple[Numbers, Numbers]:
    """Returns the inputs that the first and the last color of a table are for."""
    if _INPUT_RANGE[name] in keywords:
        number, values = keywords[_INPUT_RANGE[name]]
        low, high = ((end,) * 3 for end in _numbers(number, (*values, "0"))[:2])
    else:
        low, high = (
            _numbers(*keywords.get(key, (0, (end,) * 3))) for key, end in ((_LOW, "0"), (_HIGH, "1"))
        )
    if not all(first + 1e-6 <= last for first, last in zip(low, high, strict=True)):
        raise CubeError(f": its inputs are from {low} to {high}; expected smaller numbers first")
    return low, high


def _shown(words: Sequence[str]) -> str:
    return repr(printable(" ".join(words)[:_SHOWN]))
