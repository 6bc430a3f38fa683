"""`ClipCuts`: the hard cuts of a clip, by frame of the film."""

from animator.core.lru_cache import LRUCache
from animator.errors import AnimatorError
from animator.film.interpolation.cuts import Change, Look, is_cut
from animator.film.open_clip import ClipView

_SIDE = 96
"""Longer side of the images that are compared."""
_LOOKS = 8
_ANSWERS = 4096
"""Answers that are cached: in-betweens ask again for the frames of their group."""


class ClipCuts:
    """The hard cuts of a clip.

    A frame's answer depends only on the four images around it, so it is the same wherever rendering starts.
    They are decoded small, in order, and independently of the clip's full images.

    Args:
        clip: The clip.
        size: Width and height of the film.
        frames: Number of frames of the film; no image beyond is read.
    """

    def __init__(self, clip: ClipView, size: tuple[int, int], frames: int) -> None:
        scale = min(1.0, _SIDE / max(size))
        width, height = (max(1, round(side * scale)) for side in size)
        self._images = clip.images.resized((width, height))
        self._map = clip.frame_map
        self._frames = frames
        self._looks: LRUCache[int, Look] = LRUCache(_LOOKS)
        self._answers: LRUCache[int, bool] = LRUCache(_ANSWERS)
        self._failed = False

    def at(self, frame: int) -> bool:
        """Returns True if the clip has a cut between the frame before and this one.

        Where the clip is damaged there are no more cuts: the film may not need those images, and reports the
        damage if it does.
        """
        if self._failed:
            return False
        try:
            return self._answers.get(frame, lambda: self._is_cut(frame))
        except AnimatorError:
            self._failed = True
            return False

    def _is_cut(self, frame: int) -> bool:
        if not self._changes(frame):
            return False
        earlier, later = frame - 1, frame + 1
        while earlier > 0 and not self._changes(earlier):
            earlier -= 1
        while later < self._frames and not self._changes(later):
            later += 1
        before, change, after = (self._change(at) for at in (earlier, frame, later))
        return change is not None and is_cut(change, (before, after))

    def _changes(self, frame: int) -> bool:
        """Returns True if the frame has another image of the clip than the one before."""
        return 0 < frame < self._frames and self._map.of(frame) != self._map.of(frame - 1)

    def _change(self, frame: int) -> Change | None:
        """Returns the change from the frame before; None if that is the same image of the clip."""
        if not self._changes(frame):
            return None
        before, after = self._look(frame - 1), self._look(frame)
        return after.change_from(before)

    def _look(self, frame: int) -> Look:
        number = self._map.of(frame)
        return self._looks.get(number, lambda: Look.of(self._images.at(number)))
