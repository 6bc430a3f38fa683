"""Grids: the combinations of some values of some settings, each of which is a film of a batch."""

import itertools
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from animator.errors import UserError
from animator.presets import yaml_text

MAX_COMBINATIONS = 100
SEED, SEED_STEP = "diffusion.seed", 1000
"""Seeds of variations are far apart, as those of a film's frames follow each other."""
MAX_IN_A_ROW = 6
MAX_LABEL = 120
EXPECTED = "expected a setting and its values, such as diffusion.cfg_scale=2,4,6"


@dataclass(frozen=True)
class Axis:
    """A setting and the values that it takes.

    Attributes:
        key: Path of the setting.
        values: Its values.
    """

    key: str
    values: tuple[Any, ...]

    @classmethod
    def parse(cls, text: str) -> "Axis":
        """Returns the axis of a text such as `diffusion.seed=1,2,3`; the values are YAML.

        Raises:
            UserError: It is not such a text.
        """
        key, equals, listed = text.partition("=")
        if not equals or not key.strip():
            raise UserError(f"grid {text}: {EXPECTED}")
        try:
            values = yaml_text.scalar(f"[{listed}]")
        except ValueError as error:
            raise UserError(f"grid {text}: the values are not YAML: {error}; {EXPECTED}") from error
        if not isinstance(values, list) or not values:
            raise UserError(f"grid {text}: has no value; {EXPECTED}")
        if len({_json(value) for value in values}) < len(values):
            raise UserError(f"grid {text}: has a value twice; leave one of them out")
        return cls(key.strip(), tuple(values))

    def override(self, value: object) -> str:
        """Returns the override that gives the setting one of the values."""
        return f"{self.key}={_json(value)}"

    def label(self, value: object) -> str:
        """Returns the name of one of the values in one line, such as `cfg_scale 4`."""
        shown = value if isinstance(value, str) else _json(value)
        return f"{self.key.rpartition('.')[2]} {' '.join(shown[:MAX_LABEL].split())}"


@dataclass(frozen=True)
class Cell:
    """One combination of values.

    Attributes:
        overrides: The settings, as `key=value` texts.
        labels: The name of each value.
    """

    overrides: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """All combinations of the values of some axes; without an axis, one combination that changes nothing.

    The first axis makes columns, the others make rows. A single axis makes rows of `MAX_IN_A_ROW`.
    """

    axes: tuple[Axis, ...] = ()

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The combinations; the values of the last axis change first."""
        choices = [[(axis, value) for value in axis.values] for axis in self.axes]
        return tuple(
            Cell(
                tuple(axis.override(value) for axis, value in chosen),
                tuple(axis.label(value) for axis, value in chosen),
            )
            for chosen in itertools.product(*choices)
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of columns and rows."""
        first = len(self.axes[0].values)
        if len(self.axes) > 1:
            return first, len(self.cells) // first
        columns = first if first <= MAX_IN_A_ROW else math.ceil(math.sqrt(first))
        return columns, math.ceil(first / columns)

    def place(self, index: int) -> tuple[int, int]:
        """Returns the column and the row of a cell."""
        columns, rows = self.shape
        return divmod(index, rows) if len(self.axes) > 1 else (index % columns, index // columns)


def grid_of(texts: Iterable[str], seeds: int | None, overrides: Iterable[str]) -> Grid:
    """Returns the grid of some texts and a number of seeds.

    Args:
        texts: Settings and their values, such as `diffusion.cfg_scale=2,4,6`.
        seeds: Number of variations; None for none.
        overrides: The `key=value` texts for all films, which may not give a setting of the grid.

    Raises:
        UserError: A text is wrong, a setting is given twice, or there are too many combinations.
    """
    axes = [Axis.parse(text) for text in texts]
    if seeds is not None:
        axes.append(Axis(SEED, tuple(1 + SEED_STEP * number for number in range(seeds))))
    taken = [text.partition("=")[0].strip() for text in overrides]
    for axis in axes:
        if axis.key in taken:
            raise UserError(
                f"{axis.key}: is given twice, by the grid, its seeds or an override; leave one of them out"
            )
        taken.append(axis.key)
    count = math.prod(len(axis.values) for axis in axes)
    if count > MAX_COMBINATIONS:
        sizes = " x ".join(str(len(axis.values)) for axis in axes)
        product = f"{sizes} = {count}" if len(axes) > 1 else sizes
        raise UserError(
            f"the grid has {product} combinations; expected at most {MAX_COMBINATIONS}: "
            "give fewer values, or render it in parts"
        )
    return Grid(tuple(axes))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
