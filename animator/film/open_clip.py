"""Opens the clip that a film is made over."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from animator.film.clip import ClipSpec
from animator.film.frame_map import FrameMap, by_clock
from animator.film.image_folder import Folder
from animator.film.index import index_of
from animator.film.probe import checked_path, images_in, is_folder, span_of
from animator.film.reader import Clip, ClipReader, Images
from animator.images.image import Image8

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClipView:
    """What a clip shows at each frame of the film.

    Attributes:
        images: The clip's images.
        frame_map: Which of them a frame sees.
    """

    images: Images
    frame_map: FrameMap

    def at(self, frame: int) -> Image8:
        """The image for a frame of the film, uint8 RGB (H, W, 3).

        Raises:
            UserError: The clip is too short.
            VideoError: The clip is damaged.
        """
        return self.images.at(self.frame_map.of(frame))


def open_clip(spec: ClipSpec, size: tuple[int, int], fps: float) -> ClipView:
    """What the frames of a film see of a clip.

    Args:
        spec: The clip.
        size: Width and height that its images come to.
        fps: The film's rate.

    Raises:
        UserError: There is no such clip, or it holds no images.
    """
    path, span = checked_path(spec), span_of(spec)
    if is_folder(path):
        files = images_in(Path(path))
        frame_map = FrameMap(span.of(len(files)), spec.after_end, path)
        return ClipView(Folder(files, size, spec.fit), frame_map)
    index = index_of(path)
    by_time = spec.timing == "clock"
    if index.is_variable and not by_time:
        log.warning(
            "%s: has a variable frame rate; each of its images is one frame of the film, so the film "
            "keeps no time with it; video.timing: clock does",
            path,
        )
    start, every = (0, 1) if by_time else (span.first, span.every)
    clip = Clip(path, size, start, every, spec.fit, conceal=spec.conceal)
    counted: Sequence[int] = range(len(span.of(len(index))))
    images = by_clock(index, span, fps) if by_time else counted
    return ClipView(ClipReader(clip, index), FrameMap(images, spec.after_end, path))
