"""`LossCurve`: the loss of a training by step, as a picture."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from nicegui import ui

from animator.studio.generate.fields import set_prop
from animator.studio.labels import Translate

if TYPE_CHECKING:
    from animator.training.finetune.curve import CurvePoint

MAX_POINTS = 300
_WIDTH, _HEIGHT = 600, 120
"""The drawing's own units; it is stretched to its place."""
_MEAN_OF = 10
"""Points that the thick line is the mean of."""


class LossCurve:
    """The loss of a training by step: what it was, thin, and its running mean, thick.

    Args:
        t: Translates.
    """

    def __init__(self, t: Translate) -> None:
        self._t = t
        with ui.element("figure").classes("train-curve").props("data-testid=train-curve") as self._figure:
            with ui.element("figcaption").classes("studio-soft"):
                self._caption = ui.label()
            with ui.element("div").classes("train-curve-place"):
                self._high, self._low = (ui.label().classes("train-curve-value") for _ in range(2))
                box = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio=none aria-hidden=true'
                with ui.element("svg").props(box):
                    self._thin = (
                        ui.element("polyline").props("fill=none points=''").classes("train-curve-thin")
                    )
                    self._thick = ui.element("polyline").props("fill=none points=''")
        self._figure.set_visibility(False)

    def show(self, points: "Sequence[CurvePoint]") -> None:
        """Shows a curve; nothing before there are two points."""
        self._figure.set_visibility(len(points) > 1)
        if len(points) < 2:
            return
        losses = np.array([point.loss for point in points])
        sums = np.cumsum(np.concatenate(([0.0], losses)))
        first = np.maximum(0, np.arange(len(losses)) - _MEAN_OF + 1)
        means = (sums[1:] - sums[first]) / (np.arange(len(losses)) - first + 1)
        low, high = float(losses.min()), float(losses.max())
        chosen = np.linspace(0, len(points) - 1, min(len(points), MAX_POINTS)).astype(int)
        last = max(1, points[-1].step)

        def drawn(values: Sequence[float]) -> str:
            return " ".join(
                f"{_WIDTH * points[i].step / last:.1f},{_HEIGHT * _down(values[i], low, high):.1f}"
                for i in chosen
            )

        set_prop(self._thin, "points", drawn(losses.tolist()))
        set_prop(self._thick, "points", drawn(means.tolist()))
        self._high.set_text(f"{high:.3g}")
        self._low.set_text(f"{low:.3g}")
        text = self._t("Loss: {loss} after {step} steps, learning rate {rate}")
        self._caption.set_text(
            text.format(loss=f"{means[-1]:.4f}", step=points[-1].step, rate=f"{points[-1].rate:.3g}")
        )


def _down(value: float, low: float, high: float) -> float:
    """Returns how far below the highest value one is, 0 to 1."""
    return (high - value) / (high - low) if high > low else 0.5
