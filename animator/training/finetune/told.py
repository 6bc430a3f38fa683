"""What is told about a training while it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from animator.training.finetune.loop import TrainingStep

_KEPT = 0.98
"""Share of the shown loss that stays in a step: single ones jump."""


class TrainingPhase(Enum):
    """What is done before and between the steps of a training, in words."""

    CLASS_IMAGES = "generating class images"
    LOADING = "loading the model"
    ENCODING_IMAGES = "encoding the images"
    PREVIEWING = "making a sheet"


@dataclass(frozen=True)
class Reports:
    """What is told about a training.

    Attributes:
        phase: Is called with what is being done, and how many of how many are done.
        step: Is called with each step.
        sheet: Is called with the number of finished steps once a sheet of previews of them is on disk.
    """

    phase: Callable[[TrainingPhase, int, int], None] = lambda _phase, _done, _all: None
    step: Callable[[TrainingStep], None] = lambda _step: None
    sheet: Callable[[int], None] = lambda _step: None


SILENT = Reports()
"""Tells nobody anything."""


def smoothed(last: float | None, loss: float) -> float:
    """Returns the loss to show after a step, from the one shown before."""
    return loss if last is None else last * _KEPT + loss * (1 - _KEPT)
