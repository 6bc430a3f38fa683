"""Depth maps as files: 16 bits for programs, a colored preview for people."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from torch import Tensor

from animator.core.atomic import atomic_write
from animator.core.marks import DEPTH, mark_png
from animator.core.paths import exists
from animator.errors import ChooseOutput, RunError
from animator.film.image_sequence import png_output
from animator.film.reader import Clip
from animator.images.image import from_uint8, read_image
from animator.images.image_file import is_still
from animator.models.depth.maps import png, to_preview, to_uint16
from animator.models.depth.model import DepthModel, VideoDepthModel
from animator.presets.ownership import check_target


def write_depth_map(folder: Path, stem: str, depth: Tensor) -> Path:
    """Writes a depth map (H, W) as a 16-bit PNG, and a colored preview beside it; returns the map's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}.png"
    atomic_write(path, mark_png(png(to_uint16(depth)), DEPTH))
    atomic_write(folder / f"{stem}.preview.png", mark_png(png(to_preview(depth)), DEPTH))
    return path


def check_depth_target(path: Path, folder: Path | None, *, force: bool = False) -> None:
    """Checks that the depth maps of a file replace only depth maps of ours.

    Args:
        path: The image or video.
        folder: As for `export_depth`.
        force: Replace an image's maps that are not ours.

    Raises:
        UserError: Files of another kind would be replaced, or a video's folder holds any.
    """
    if is_still(path):
        target = folder or Path()
        for name in (f"{path.stem}.depth.png", f"{path.stem}.depth.preview.png"):
            check_target(target / name, [path], force=force)
        return
    target = folder or _folder_of(path)
    foreign = (
        [file for file in sorted(target.iterdir()) if png_output(file) != DEPTH] if target.is_dir() else []
    )
    if target.is_symlink() and folder is None:
        raise RunError(f"{target}: is a symbolic link; expected a folder of depth maps", ChooseOutput())
    if foreign:
        raise RunError(
            f"{target}: holds {foreign[0].name}, which is not a depth map of animator; expected a new or "
            "empty folder, or one of depth maps alone",
            ChooseOutput(),
        )


def export_depth(path: Path, model: DepthModel, device: str, folder: Path | None = None) -> Iterator[Path]:
    """Writes the depth map of an image, or of every frame of a video; yields the path of each when written.

    Args:
        path: The image or video.
        model: The depth network.
        device: Its device.
        folder: Folder of the maps; None is the working directory for an image, <name>.depth for a video.

    Raises:
        UserError: The file is neither an image nor a video.
    """
    if is_still(path):
        depth = model.estimate(read_image(str(path), None, device))
        yield write_depth_map(folder or Path(), f"{path.stem}.depth", depth)
        return
    if not exists(path):
        raise RunError(f"{path}: there is no such file")
    target = folder or _folder_of(path)
    images = (from_uint8(pixels, device) for pixels in Clip(path).frames())
    for number, depth in enumerate(_depth_of_film(images, model)):
        yield write_depth_map(target, f"{number:09d}", depth)


def _depth_of_film(images: Iterable[Tensor], model: DepthModel) -> Iterator[Tensor]:
    """Yields the depth (H, W) of a film's images (3, H, W)."""
    past = None
    for image in images:
        if isinstance(model, VideoDepthModel):
            yield model.estimate_after(past, image)
            past = model.past_with(past, image)
        else:
            yield model.estimate(image)


def _folder_of(video: Path) -> Path:
    return Path(f"{video.stem}.depth")
