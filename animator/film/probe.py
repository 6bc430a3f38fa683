"""Length, rate and range of a clip, read without decoding it."""

import re
from pathlib import Path

from animator.core.confinement import named_path
from animator.core.paths import is_file
from animator.core.paths import is_folder as exists_as_folder
from animator.core.permissions import permissions
from animator.core.urls import is_url
from animator.errors import UserError
from animator.film.clip import ClipSpec
from animator.film.frame_map import ClipRange, images_by_clock
from animator.film.index import index_of
from animator.film.remote import local_file

_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")


def frame_count(clip: ClipSpec, fps: float) -> int:
    """Returns the number of frames of a film that the clip has images for.

    Args:
        clip: The clip.
        fps: Frames per second of the film.

    Raises:
        UserError: There is no such clip, or it has no images.
    """
    path, clip_range = local_path(clip), clip_range_of(clip)
    if is_folder(path):
        return len(clip_range.of(len(images_in(Path(path)))))
    index = index_of(path)
    by_time = clip.timing == "clock"
    return len(images_by_clock(index, clip_range, fps) if by_time else clip_range.of(len(index)))


def frame_rate(clip: ClipSpec) -> float:
    """Returns the frames per second at which a film shows the clip at normal speed.

    Raises:
        UserError: There is no such clip, or it has no rate.
    """
    path = local_path(clip)
    rate = None if is_folder(path) else index_of(path).fps
    if rate is None:
        raise UserError(f"{path}: has no frame rate of its own; give fps a number")
    return round(rate / clip.every, 3) if clip.timing == "frames" else rate


def checked_path(clip: ClipSpec) -> str:
    """Returns the clip's path, with `~` expanded, or its URL; downloads nothing.

    Raises:
        UserError: The path is empty, or a URL that is not allowed.
    """
    if not clip.path:
        raise UserError(
            "video.path: is empty; expected a film, a folder of images or a pattern like in/%09d.png"
        )
    if is_url(clip.path) and not (clip.allow_url or permissions().network):
        raise UserError(
            f"video.path: {clip.path} is a URL; set video.allow_url: true to have it downloaded, "
            "or give a file"
        )
    return clip.path if is_url(clip.path) else str(named_path(clip.path))


def local_path(clip: ClipSpec) -> str:
    """Returns the path of the clip's file, downloaded first where a URL is given.

    Raises:
        UserError: As `checked_path`, or the download failed or is not permitted.
    """
    return local_file(checked_path(clip))


def clip_range_of(clip: ClipSpec) -> ClipRange:
    """Returns the part of the clip that is used."""
    return ClipRange(clip.first, clip.last, clip.every)


def is_folder(path: str) -> bool:
    """Returns True for a folder of images."""
    return exists_as_folder(Path(path))


def is_image(path: Path) -> bool:
    """Returns True for the path of an existing image file."""
    return path.suffix.lower() in _SUFFIXES and is_file(path)


def images_in(folder: Path) -> tuple[Path, ...]:
    """Returns the image files of a folder in natural order.

    Raises:
        UserError: There are none.
    """
    files = (path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES and path.name[0] != ".")
    images = tuple(sorted(files, key=lambda path: _natural_key(path.name)))
    if not images:
        raise UserError(f"{folder}: holds no images ({', '.join(_SUFFIXES)})")
    return images


def _natural_key(name: str) -> list[tuple[int, str]]:
    """Returns a sort key by which numbers in names are compared as numbers."""
    parts = re.split(r"(\d+)", name.lower())
    return [(int(part), part) if part.isdigit() else (-1, part) for part in parts]
