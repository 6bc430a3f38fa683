"""How the images of a film change from its beginning on: `Drift`, and the curves that show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from nicegui import ui
from numpy.typing import NDArray

from animator.runs.drift import BASELINE_FRAMES, LIMITS, MAX_SHIFT
from animator.runs.metrics_log import MetricsLog
from animator.runs.run_folder import METRICS, refuse_links
from animator.studio.labels import Translate

NAMES = {"brightness": "Brightness", "contrast": "Contrast", "detail": "Detail"}
BOUNDS = {"brightness": (1 - MAX_SHIFT, 1 + MAX_SHIFT), **LIMITS}
"""Lowest and highest value of each curve that is no warning, as drawn: 1 is the beginning of the film."""
MAX_POINTS = 300
_WIDTH, _HEIGHT = 300, 40
"""The drawing's own units; it is stretched to its place."""


@dataclass(frozen=True)
class Drift:
    """How the images of a film change: values over the frames, of which 1 is the beginning of the film.

    Attributes:
        brightness: 1 and the difference to the beginning.
        contrast: The ratio to it.
        detail: The ratio to it.
    """

    brightness: tuple[float, ...] = ()
    contrast: tuple[float, ...] = ()
    detail: tuple[float, ...] = ()


def read_drift(folder: Path) -> Drift:
    """Returns how the images of a run change, at most `MAX_POINTS` values of each curve.

    Raises:
        RunError: The metrics of the run cannot be read.
    """
    refuse_links(folder)
    lines = MetricsLog(folder / METRICS).read()
    if not lines:
        return Drift()
    brightness, begin = _thinned([(line["red"] + line["green"] + line["blue"]) / 3 for line in lines])
    return Drift(
        tuple((1 + brightness - begin).tolist()),
        _ratios([line["contrast"] for line in lines]),
        _ratios([line["detail"] for line in lines]),
    )


def _ratios(values: Sequence[float]) -> tuple[float, ...]:
    shown, beginning = _thinned(values)
    return tuple((shown / max(beginning, 1e-6)).tolist())


def _thinned(values: Sequence[float]) -> tuple[NDArray[np.float64], float]:
    """Returns `MAX_POINTS` of the values, from the first to the last, and the mean at the beginning."""
    chosen = np.linspace(0, len(values) - 1, min(len(values), MAX_POINTS)).astype(int)
    return np.asarray(values, np.float64)[chosen], float(np.mean(values[:BASELINE_FRAMES]))


class DriftCurves:
    """Curves of brightness, contrast and detail of a film.

    Args:
        t: Translates.
    """

    def __init__(self, t: Translate) -> None:
        self._t = t
        with ui.element("figure").classes("drift") as self._figure:
            with ui.element("figcaption").classes("studio-soft"):
                ui.label(t("Drift from the beginning of the film"))
            self._rows = {name: _Curve(t(label), name) for name, label in NAMES.items()}

    def show(self, drift: Drift) -> None:
        """Shows the drift of a film."""
        self._figure.set_visibility(bool(drift.brightness))
        for name, row in self._rows.items():
            row.show(getattr(drift, name), self._t)


class _Curve:
    """A curve with its name, and its last value in words."""

    def __init__(self, label: str, name: str) -> None:
        self._name = name
        with ui.element("div").classes("drift-row").props(f"data-testid=drift-{name}"):
            ui.label(label)
            box = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio=none aria-hidden=true'
            with ui.element("svg").props(box).classes("drift-curve"):
                self._bounds = [ui.element("line").classes("drift-bound") for _ in BOUNDS[name]]
                self._line = ui.element("polyline").props("fill=none points=''")
            self._value = ui.label().classes("drift-value")

    def show(self, values: Sequence[float], t: Translate) -> None:
        """Shows the values of the curve."""
        if not values:
            return
        low, high = BOUNDS[self._name]
        bottom, top = min(low, *values), max(high, *values)

        def y(value: float) -> str:
            return f"{_HEIGHT * (1 - (value - bottom) / (top - bottom)):.1f}"

        step = _WIDTH / max(1, len(values) - 1)
        self._line.props["points"] = " ".join(f"{i * step:.1f},{y(one)}" for i, one in enumerate(values))
        for line, bound in zip(self._bounds, (low, high), strict=True):
            line.props.update(x1=0, x2=_WIDTH, y1=y(bound), y2=y(bound))
            line.update()
        is_far = not low <= values[-1] <= high
        self._value.classes(add="drift-far" if is_far else "", remove="" if is_far else "drift-far")
        text = f"{values[-1] - 1:+.2f}" if self._name == "brightness" else f"{values[-1]:.0%}"
        self._value.set_text(t("{value}, far off").format(value=text) if is_far else text)
