"""`read_columns`: the columns of a CSV or JSON table as values for each frame."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from animator.sound.signals import Column, Placement

Between = Literal["interpolate", "hold"]


def read_columns(path: Path, placement: Placement, between: Between = "interpolate") -> Mapping[str, Column]:
    """Returns the numeric columns of a table by name, each (frames,) float64.

    Args:
        path: A CSV file with a header line, or a JSON file: a list of rows `[{"amp": 0.5}, ...]`, or columns
            `{"amp": [0.5, ...]}`. A column `time`, in seconds, or `frame` says where a row belongs; without
            one, the rows are the frames.
        placement: The frames of the film. Before the first row and after the last their values are kept.
        between: For rows with a time: "interpolate" linearly, or "hold" a value until the next row.

    Raises:
        UserError: The file cannot be read, is too large, or is not such a table.
    """
    raise NotImplementedError
