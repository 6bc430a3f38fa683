"""Depth maps as files: 16 bits for programs, a colored preview for people."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from torch import Tensor

from animator.core.atomic import atomic_write
from animator.errors import RunError
from animator.film.reader import Clip
from animator.images.image import from_uint8, read_image
from animator.models.depth.maps import png, to_preview, to_uint16
from animator.models.depth.model import DepthModel


def write_depth_map(folder: Path, stem: str, depth: Tensor) -> Path:
    """Writes a depth map (H, W) as a 16-bit PNG, and a colored preview beside it; returns the map's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}.png"
    atomic_write(path, png(to_uint16(depth)))
    atomic_write(folder / f"{stem}.preview.png", png(to_preview(depth)))
    return path


def export_depth(path: Path, model: DepthModel, device: str, folder: Path) -> Iterator[Path]:
    """Writes the depth map of an image, or of every frame of a video; yields the path of each when written.

    Raises:
        UserError: The file is neither an image nor a video.
    """
    if _is_image(path):
        depth = model.estimate(read_image(str(path), None, device))
        yield write_depth_map(folder, f"{path.stem}.depth", depth)
        return
    if not path.exists():
        raise RunError(f"{path}: there is no such file")
    for number, pixels in enumerate(Clip(path).frames()):
        yield write_depth_map(folder, f"{number:09d}", model.estimate(from_uint8(pixels, device)))


def _is_image(path: Path) -> bool:
    try:
        with Image.open(path) as image:
            return getattr(image, "n_frames", 1) == 1
    except OSError:
        return False
