"""Drift watch: how colors, contrast, detail and flicker of a film develop, and when they run away."""

from collections import deque
from collections.abc import Sequence

from animator.images.metrics import FrameMetrics

SETTLED = 8
"""Frames at the beginning of a scene that say what is normal for it."""
RECENT = 8
LIMITS = {"contrast": (0.4, 2.2), "detail": (0.3, 3.0)}
"""What share of the beginning's a value may fall to or grow to."""
MOST_SHIFT = 0.25
"""How far the mean brightness may move."""


class DriftMonitor:
    """Tells once for each sign when it runs away from the beginning of its scene.

    It remembers, so it belongs to a sitting and never to the state.
    """

    def __init__(self) -> None:
        self.first: list[FrameMetrics] = []
        self.recent: deque[FrameMetrics] = deque(maxlen=RECENT)
        self.told: set[str] = set()

    def update(self, vital: FrameMetrics, *, cut: bool) -> list[str]:
        """What a person should know now, in words; mostly nothing.

        Args:
            vital: Of the next frame.
            cut: True where a new scene begins.
        """
        if cut:
            self.first.clear()
            self.told.clear()
        if len(self.first) < SETTLED:
            self.first.append(vital)
            self.recent.clear()
            return []
        self.recent.append(vital)
        if len(self.recent) < RECENT:
            return []
        news = [text for name, text in self._runaways() if name not in self.told]
        self.told.update(name for name, _ in self._runaways())
        return news

    def _runaways(self) -> list[tuple[str, str]]:
        at = self.recent[-1].frame
        found: list[tuple[str, str]] = []
        for name, (low, high) in LIMITS.items():
            share = _mean(self.recent, name) / max(_mean(self.first, name), 1e-6)
            if not low <= share <= high:
                said = f"frame {at}: {name} is {share:.0%} of the scene's beginning; {_ADVICE[name]}"
                found.append((name, said))
        moved = _mean(self.recent, "brightness") - _mean(self.first, "brightness")
        if abs(moved) > MOST_SHIFT:
            way = "brighter" if moved > 0 else "darker"
            found.append(
                (
                    "brightness",
                    f"frame {at}: the film gets {way} ({moved:+.2f} of 1); {_ADVICE['brightness']}",
                )
            )
        return found


_ADVICE = {
    "contrast": "look at color.contrast, diffusion.cfg_scale and color.coherence",
    "detail": "look at noise.amount, sharpen.amount and diffusion.strength",
    "brightness": "look at color.coherence and color.contrast",
}


def _mean(vitals: Sequence[FrameMetrics] | deque[FrameMetrics], name: str) -> float:
    return sum(float(getattr(vital, name)) for vital in vitals) / len(vitals)
