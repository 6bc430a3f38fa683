"""Guided images: which image leads the film at each frame, and how strongly. Pure, no torch."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from animator.settings.compat import RulesName

BASE_WEIGHT = 0.07
"""Share of the leading image while it does not swing; Deforum's."""
GAP_AFTER_LAST = 25
"""Frames after which the swing begins again behind the last key; Deforum's."""


@dataclass(frozen=True)
class BlendCurve:
    """How the leading image's share runs at one frame.

    Attributes:
        middle: Deforum's blendFactorMax.
        slope: How far it goes below and above.
        frames: Length of the swing.
    """

    middle: float
    slope: float
    frames: float


def leading_image(keyframes: Sequence[tuple[int, str]], frame: int) -> str:
    """Returns the path of the image that leads at a frame: the last one whose key has come.

    Before the second key it is the first one.
    """
    return keyframes[sum(frame >= at for at, _ in keyframes[1:])][1]


def blend_share(keyframes: Sequence[tuple[int, str]], frame: int, curve: BlendCurve) -> float:
    """Returns the leading image's share at a frame: middle - slope * cos(2 p / frames), p frames after its key.

    Once the swing is over, and before the first key, it is 0.07.
    """
    since = frame - max((at for at, _ in keyframes if at <= frame), default=frame + 1)
    return _share_at(since, since, curve) if since >= 0 else BASE_WEIGHT


def deforum_blend_share(keyframes: Sequence[tuple[int, str]], frame: int, curve: BlendCurve) -> float:
    """Returns the leading image's share as the Deforum extension 3.0 reckons it, from multiples of the gap.

    Keys that lie unevenly swing before or after their frame there, and the swing jumps back where its length
    does not divide the frame. A swing of no length, on which the reference fails, is none.
    """
    gap = GAP_AFTER_LAST
    for (start, _), (stop, _) in pairwise(keyframes):
        if start <= frame <= stop and start < stop:
            gap = stop - start
    return _share_at(frame % gap, frame % curve.frames if curve.frames else 0.0, curve)


def _share_at(since: float, phase: float, curve: BlendCurve) -> float:
    if since > curve.frames or curve.frames == 0:
        return BASE_WEIGHT
    return curve.middle - curve.slope * math.cos(phase / (curve.frames / 2))


BLEND_SHARES: Mapping[RulesName, Callable[[Sequence[tuple[int, str]], int, BlendCurve], float]] = {
    "own": blend_share,
    "deforum": deforum_blend_share,
}
"""How the leading image's share is found, by the name of the film's rules."""
