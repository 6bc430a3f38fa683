"""What a clip says about itself, found without decoding it: how long it is, how fast, which part counts."""

import re
from pathlib import Path

from animator.core.urls import is_url
from animator.errors import UserError
from animator.film.clip import ClipSpec
from animator.film.frame_map import ClipRange, by_clock
from animator.film.index import index_of

_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")


def frame_count(clip: ClipSpec, fps: float) -> int:
    """How many frames of a film the clip has images for; errors as `open_clip`."""
    path, span = checked_path(clip), span_of(clip)
    if is_folder(path):
        return len(span.of(len(images_in(Path(path)))))
    index = index_of(path)
    return len(by_clock(index, span, fps) if clip.timing == "clock" else span.of(len(index)))


def frame_rate(clip: ClipSpec) -> float:
    """The frames a second at which a film shows the clip at its own pace.

    Raises:
        UserError: There is no such clip, or it has no rate.
    """
    path = checked_path(clip)
    rate = None if is_folder(path) else index_of(path).fps
    if rate is None:
        raise UserError(f"{path}: has no frame rate of its own; give fps a number")
    return round(rate / clip.every, 3) if clip.timing == "frames" else rate


def checked_path(clip: ClipSpec) -> str:
    """The clip's path.

    Raises:
        UserError: It is empty, or a URL that is not allowed.
    """
    if not clip.path:
        raise UserError(
            "video.path: is empty; expected a film, a folder of images or a pattern like in/%09d.png"
        )
    if is_url(clip.path) and not clip.allow_url:
        raise UserError(
            f"video.path: {clip.path} is a URL; set video.allow_url: true to let ffmpeg fetch it, "
            "or give a file"
        )
    return clip.path if is_url(clip.path) else str(Path(clip.path).expanduser())


def span_of(clip: ClipSpec) -> ClipRange:
    """The part of the clip that counts."""
    return ClipRange(clip.first, clip.last, clip.every)


def is_folder(path: str) -> bool:
    """True for a folder of images."""
    return not is_url(path) and Path(path).is_dir()


def is_image(path: Path) -> bool:
    """True for the name of a single image that is there."""
    return path.suffix.lower() in _SUFFIXES and path.is_file()


def images_in(folder: Path) -> tuple[Path, ...]:
    """The image files of a folder in natural order.

    Raises:
        UserError: It holds none.
    """
    files = (path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES and path.name[0] != ".")
    found = tuple(sorted(files, key=lambda path: _natural(path.name)))
    if not found:
        raise UserError(f"{folder}: holds no images ({', '.join(_SUFFIXES)})")
    return found


def _natural(name: str) -> list[tuple[int, str]]:
    """A key by which numbers in names count as numbers."""
    parts = re.split(r"(\d+)", name.lower())
    return [(int(part), part) if part.isdigit() else (-1, part) for part in parts]
