"""Opens the input clip of a film."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from animator.film.clip import ClipSpec
from animator.film.clip_notes import log_uses
from animator.film.frame_map import FrameMap, images_by_clock
from animator.film.image_folder import Folder
from animator.film.index import index_of
from animator.film.probe import clip_range_of, images_in, is_folder, local_path
from animator.film.reader import Clip, ClipReader, Images
from animator.images.image import Image8


@dataclass(frozen=True)
class ClipView:
    """A clip, seen frame by frame of the film.

    Attributes:
        images: The clip's images.
        frame_map: The image for each frame.
    """

    images: Images
    frame_map: FrameMap

    def at(self, frame: int) -> Image8:
        """Returns the image for a frame of the film, uint8 RGB (H, W, 3).

        Raises:
            UserError: The clip is too short.
            VideoError: The clip is damaged.
        """
        return self.images.at(self.frame_map.of(frame))


def open_clip(spec: ClipSpec, size: tuple[int, int], fps: float) -> ClipView:
    """Opens a clip for a film.

    Args:
        spec: The clip.
        size: Width and height that its images are resized to.
        fps: Frames per second of the film.

    Raises:
        UserError: There is no such clip, or it has no images.
    """
    path, clip_range = local_path(spec), clip_range_of(spec)
    if is_folder(path):
        files = images_in(Path(path))
        frame_map = FrameMap(clip_range.of(len(files)), spec.after_end, path)
        return ClipView(Folder(files, size, spec.fit), frame_map)
    index = index_of(path)
    log_uses(path, spec.timing, spec.deinterlace)
    by_time = spec.timing == "clock"
    start, every = (0, 1) if by_time else (clip_range.first, clip_range.every)
    clip = Clip(path, size, start, every, spec.fit, spec.conceal, spec.deinterlace)
    in_order: Sequence[int] = range(len(clip_range.of(len(index))))
    images = images_by_clock(index, clip_range, fps) if by_time else in_order
    return ClipView(ClipReader(clip, index), FrameMap(images, spec.after_end, path))
