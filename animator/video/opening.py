"""Opens the clip that a film's settings name."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from animator.config.video import Video
from animator.image import Bytes
from animator.video.facts import allowed, is_folder, pictures_in, span_of
from animator.video.folder import Folder
from animator.video.index import index_of
from animator.video.numbering import Numbering, by_clock
from animator.video.reader import Clip, ClipReader, Pictures

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shown:
    """What a clip shows at each frame of the film.

    Attributes:
        pictures: The clip's pictures.
        numbering: Which of them a frame sees.
    """

    pictures: Pictures
    numbering: Numbering

    def at(self, frame: int) -> Bytes:
        """The picture for a frame of the film, uint8 RGB (H, W, 3).

        Raises:
            UserError: The clip is too short.
            VideoError: The clip is damaged.
        """
        return self.pictures.at(self.numbering.of(frame))


def open_clip(settings: Video, size: tuple[int, int], fps: float) -> Shown:
    """The clip of a film's settings.

    Args:
        settings: What is asked for.
        size: Width and height that its pictures come to.
        fps: The film's rate.

    Raises:
        UserError: There is no such clip, or it holds no pictures.
    """
    path, span = allowed(settings), span_of(settings)
    if is_folder(path):
        files = pictures_in(Path(path))
        numbering = Numbering(span.of(len(files)), settings.after_end, path)
        return Shown(Folder(files, size, settings.fit), numbering)
    index = index_of(path)
    by_time = settings.timing == "clock"
    if index.is_variable and not by_time:
        log.warning(
            "%s: has a variable frame rate; each of its pictures is one frame of the film, so the film "
            "keeps no time with it; video.timing: clock does",
            path,
        )
    start, every = (0, 1) if by_time else (span.first, span.every)
    clip = Clip(path, size, start, every, settings.fit, conceal=settings.damaged == "conceal")
    counted: Sequence[int] = range(len(span.of(len(index))))
    pictures = by_clock(index, span, fps) if by_time else counted
    return Shown(ClipReader(clip, index), Numbering(pictures, settings.after_end, path))
