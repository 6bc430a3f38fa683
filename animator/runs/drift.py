"""Drift monitor: warns when colors, contrast, detail or brightness of a film run away."""

from collections import deque
from collections.abc import Sequence

from animator.images.metrics import FrameMetrics

BASELINE_FRAMES = 8
"""Frames at the beginning of a scene that set its baseline."""
RECENT_FRAMES = 8
LIMITS = {"contrast": (0.4, 2.2), "detail": (0.3, 3.0)}
"""Lowest and highest ratio of a metric to its baseline."""
MAX_SHIFT = 0.25
"""Largest change of the mean brightness, of 1."""
_ADVICE = {
    "contrast": "check color.contrast, diffusion.cfg_scale and color.coherence",
    "detail": "check noise.amount, sharpen.amount and diffusion.strength",
    "brightness": "check color.coherence and color.contrast",
}


class DriftMonitor:
    """Warns once for each metric that drifts away from the beginning of its scene.

    It keeps a history, so it belongs to a session and never to the state.
    """

    def __init__(self) -> None:
        self.baseline: list[FrameMetrics] = []
        self.recent: deque[FrameMetrics] = deque(maxlen=RECENT_FRAMES)
        self.reported: set[str] = set()

    def update(self, metrics: FrameMetrics, *, cut: bool) -> list[str]:
        """Returns new warnings, usually none.

        Args:
            metrics: Those of the next frame.
            cut: True where a new scene begins.
        """
        if cut:
            self.baseline.clear()
            self.reported.clear()
        if len(self.baseline) < BASELINE_FRAMES:
            self.baseline.append(metrics)
            self.recent.clear()
            return []
        self.recent.append(metrics)
        if len(self.recent) < RECENT_FRAMES:
            return []
        warnings = self._warnings()
        new = [text for name, text in warnings.items() if name not in self.reported]
        self.reported.update(warnings)
        return new

    def _warnings(self) -> dict[str, str]:
        """Returns a warning for each metric that is beyond its limits now."""
        frame = self.recent[-1].frame
        warnings: dict[str, str] = {}
        for name, (low, high) in LIMITS.items():
            ratio = _mean(self.recent, name) / max(_mean(self.baseline, name), 1e-6)
            if not low <= ratio <= high:
                change = f"{name} is {ratio:.0%} of the scene's beginning"
                warnings[name] = f"frame {frame}: {change}; {_ADVICE[name]}"
        shift = _mean(self.recent, "brightness") - _mean(self.baseline, "brightness")
        if abs(shift) > MAX_SHIFT:
            direction = "brighter" if shift > 0 else "darker"
            change = f"the film gets {direction} ({shift:+.2f} of 1)"
            warnings["brightness"] = f"frame {frame}: {change}; {_ADVICE['brightness']}"
        return warnings


def _mean(metrics: Sequence[FrameMetrics] | deque[FrameMetrics], name: str) -> float:
    return sum(float(getattr(one, name)) for one in metrics) / len(metrics)
