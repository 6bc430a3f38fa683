"""The first image of a video file, to show what is in it."""

from contextlib import closing
from pathlib import Path

from animator.film.reader import Clip
from animator.film.video_stream import stream_of
from animator.images.image import Image8


def first_image(path: Path, width: int) -> Image8:
    """Returns the first image of a video file, uint8 RGB (H, W, 3).

    Args:
        path: The file; of a damaged one, what can be decoded is used.
        width: Width to scale it down to, in pixels. It is never made larger.

    Raises:
        UserError: The file is missing, of a format that is not read, or has no images.
        VideoError: ffmpeg failed, or stalls.
    """
    full_width, full_height = stream_of(path).display_size
    size = (min(width, full_width), max(1, round(full_height * min(1, width / full_width))))
    with closing(Clip(path, size, conceal=True).frames()) as frames:
        return next(frames)
