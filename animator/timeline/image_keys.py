"""Which images of an IP-Adapter unit act at a frame, and how one key fades into the next. Pure, no torch."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence


def followed_images(keys: Sequence[int], frame: int, fade: int) -> Mapping[str, object]:
    """Returns the values of `FollowedImages` at a frame; before the first key its images act.

    Args:
        keys: Frames of the keys, ascending, at least one.
        frame: Index of the frame.
        fade: Frames over which a key replaces the one before; the next key cuts it short.
    """
    at = max(bisect_right(keys, frame) - 1, 0)
    key, before = keys[at], keys[max(at - 1, 0)]
    length = min([fade, *(following - key for following in keys[at + 1 : at + 2])])
    share = min((frame - key) / length, 1.0) if length and before != key else 1.0
    return {"key": key, "key_before": key if share == 1.0 else before, "share": share}
