"""`GeneratedImage`: an image with its seeds and its infotext, and how it is saved."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from animator.core.atomic import atomic_write
from animator.core.marks import IMAGE, IMAGE_MARK, mark_png, mark_webp
from animator.errors import UserError
from animator.generation.settings import ImageSettings
from animator.images.exif_comment import MAX_JPEG_BYTES, exif_of
from animator.images.image import Image8
from animator.presets.ownership import check_target
from animator.presets.records import PARAMETERS

JPEG_QUALITY, WEBP_QUALITY = 95, 95
_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
SUFFIXES = tuple(_FORMATS)


@dataclass(frozen=True, eq=False)
class GeneratedImage:
    """An image and how it was made.

    Attributes:
        pixels: uint8 RGB (H, W, 3).
        settings: The settings, with the size, seed and subseed of this image.
        infotext: How it was made, in A1111's form.
        index: Its number among the images of one call, from 0.
    """

    pixels: Image8
    settings: ImageSettings
    infotext: str
    index: int = 0

    @property
    def seed(self) -> int:
        """Seed of the noise."""
        return self.settings.seed

    @property
    def subseed(self) -> int:
        """Seed of the variation noise."""
        return self.settings.subseed

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Writes the image with its infotext; readers see the old file or the new one, never a part.

        Args:
            path: The file; its suffix is the format: .png, .jpg, .jpeg or .webp.
            force: Replace a file that animator did not write.

        Returns:
            The path.

        Raises:
            UserError: The format is unknown, or the file is not ours.
            OSError: The file cannot be written.
        """
        return save_image(Image.fromarray(self.pixels), Path(path), self.infotext, force=force)

    def encoded(self, suffix: str = ".png") -> bytes:
        """Returns the file that `save` writes for a suffix."""
        return encode_image(Image.fromarray(self.pixels), suffix, self.infotext)


def save_image(
    image: Image.Image, path: Path, infotext: str, *, inputs: Iterable[Path] = (), force: bool = False
) -> Path:
    """Writes an image with an infotext, and returns its path; see `GeneratedImage.save`.

    Args:
        image: RGB or, in a PNG or WebP file, RGBA.
        path: The file.
        infotext: How it was made; may be empty.
        inputs: Files that must not be replaced.
        force: Replace a file that animator did not write.
    """
    check_image_target(path, inputs, force=force)
    data = encode_image(image, path.suffix, infotext)
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, data)
    return path


def check_image_target(path: Path, inputs: Iterable[Path] = (), *, force: bool = False) -> None:
    """Checks that an image may be written to a path.

    Raises:
        UserError: Its suffix is that of no format, or the file is an input or not ours.
    """
    _format_of(path.suffix, str(path))
    check_target(path, inputs, force=force)


def encode_image(image: Image.Image, suffix: str, infotext: str) -> bytes:
    """Returns an image file with an infotext and the mark that it is ours.

    Raises:
        UserError: The format is unknown, or does not hold such a long infotext.
    """
    kind, buffer = _format_of(suffix, f"an image {suffix}"), io.BytesIO()
    if kind == "PNG":
        chunks = PngInfo()
        if infotext:
            chunks.add_text(PARAMETERS, infotext)
        image.save(buffer, "PNG", pnginfo=chunks)
        return mark_png(buffer.getvalue(), IMAGE)
    exif = exif_of(infotext)
    if kind == "WEBP":
        image.save(buffer, "WEBP", quality=WEBP_QUALITY, exif=exif)
        return mark_webp(buffer.getvalue())
    if len(exif) > MAX_JPEG_BYTES:
        raise UserError("the infotext is too long for a JPEG file; save the image as .png or .webp")
    image.convert("RGB").save(
        buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0, exif=exif, comment=IMAGE_MARK
    )
    return buffer.getvalue()


def _format_of(suffix: str, name: str) -> str:
    if suffix.lower() not in _FORMATS:
        end = f"ends in {suffix}" if suffix else "has no suffix"
        raise UserError(f"{name}: {end}; expected {', '.join(SUFFIXES)}")
    return _FORMATS[suffix.lower()]
