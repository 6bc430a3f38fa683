"""Guided images: the guide image of each frame and the weight of its blend. Pure, no torch."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from animator.settings.compat import RulesName

BASE_WEIGHT = 0.07
"""Weight of the guide image outside its blend curve; Deforum's."""
GAP_AFTER_LAST = 25
"""Length in frames of Deforum's repeating curve after the last key."""


@dataclass(frozen=True)
class BlendCurve:
    """Cosine curve of the guide image's weight, with its settings at one frame.

    Attributes:
        middle: Middle of the curve; Deforum's blendFactorMax.
        slope: Amplitude about the middle.
        frames: Length of the curve.
    """

    middle: float
    slope: float
    frames: float


def guide_image(keyframes: Sequence[tuple[int, str]], frame: int) -> str:
    """Returns the path of the guide image at a frame: the one of the last key so far.

    Before the second key it is the first one.

    Args:
        keyframes: (frame, path), in order.
        frame: Index of the frame.
    """
    return keyframes[sum(frame >= at for at, _ in keyframes[1:])][1]


def blend_weight(keyframes: Sequence[tuple[int, str]], frame: int, curve: BlendCurve) -> float:
    """Returns the guide image's weight: middle - slope * cos(2 p / frames) at p frames after its key.

    After the end of the curve, and before the first key, it is 0.07.
    """
    since = frame - max((at for at, _ in keyframes if at <= frame), default=frame + 1)
    return _share_at(since, since, curve) if since >= 0 else BASE_WEIGHT


def deforum_blend_weight(keyframes: Sequence[tuple[int, str]], frame: int, curve: BlendCurve) -> float:
    """Returns the guide image's weight as the Deforum extension 3.0 computes it, from multiples of the gap.

    With uneven keys the curve starts before or after its key, and it jumps where its length does not divide
    the frame. A curve of length 0, which fails in Deforum, has no effect.
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


BLEND_WEIGHTS: Mapping[RulesName, Callable[[Sequence[tuple[int, str]], int, BlendCurve], float]] = {
    "own": blend_weight,
    "deforum": deforum_blend_weight,
}
"""Function for the guide image's weight, by the name of the film's rules."""
