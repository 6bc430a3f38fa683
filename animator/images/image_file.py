"""Opens image files, whoever made them: the one place that has them decoded.

The format is recognized by content, among those that Pillow decodes by itself; limits of size are ours. Color
becomes 8-bit sRGB, and transparency a plane of its own, so that a caller decides what shows through: see
`DecodedImage.over_black`.
"""

import io
import logging
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageFile, TiffImagePlugin, UnidentifiedImageError

from animator.core.confinement import check_opening
from animator.core.printable import printable
from animator.core.read import UnreadableError, open_regular, read_bytes
from animator.errors import SaveImageAgain, UserError
from animator.images.file_kinds import EXPECTED, HEAD_BYTES, is_accepted, may_be_video, name_kind
from animator.images.pixel_modes import UnknownRangeError, split_alpha
from animator.images.png_chunks import without_texts

log = logging.getLogger(__name__)

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "AVIF")
"""Pillow's names of the formats that are decoded. Others run programs (EPS), or carry no plain image."""
MAX_BYTES = 300_000_000
MAX_PIXELS = 89_000_000
"""Pillow's own limit is a little above, and a warning."""
_MAX_JPEG_WORK = 3_000_000_000
"""Pixels times scans of a JPEG file: a progressive one has about ten scans."""
_TILE_WIDTH, _TILE_LENGTH = 322, 323


class BrokenImageError(UserError):
    """An image file that is damaged: it begins as one, and cannot be decoded."""


@dataclass(frozen=True)
class DecodedImage:
    """An image file's content, upright.

    Attributes:
        color: RGB, 8 bits, sRGB; also where the image is transparent.
        alpha: Opacity, 8 bits, of the same size; None if the file has no transparency.
        format: Pillow's name of the format, one of `FORMATS`.
    """

    color: Image.Image
    alpha: Image.Image | None
    format: str

    @property
    def over_black(self) -> Image.Image:
        """The image over black, RGB: what is under clear parts is not shown."""
        if self.alpha is None:
            return self.color
        return Image.composite(self.color, Image.new("RGB", self.color.size), self.alpha)


def decode_file(path: str | Path) -> DecodedImage:
    """Returns the content of an image file; of several images in it, the first.

    Raises:
        BrokenImageError: The file is damaged.
        UserError: It cannot be read, is not an image of an accepted format, or is too large.
    """
    check_opening(Path(path))
    try:
        data = read_bytes(Path(path), MAX_BYTES)
    except UnreadableError as error:
        raise UserError(f"{path}: {error}; {EXPECTED}") from error
    return decode_bytes(data, str(path))


def decode_bytes(data: bytes, name: str) -> DecodedImage:
    """Returns the content of an image file that was read already.

    Args:
        data: The file.
        name: Its name in messages.

    Raises:
        BrokenImageError: The file is damaged.
        UserError: It is not an image of an accepted format, or is too large.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about metadata; what pixels need raises an error
        try:
            with _open(data, name) as image:
                _check_size(image, data, name)
                image.load()
                color, alpha = split_alpha(image, data)
                decoded = DecodedImage(color, alpha, _format(image))
                _report_others(image, name)
                return decoded
        except UnknownRangeError as error:
            raise UserError(f"{name}: {error}") from error
        except UserError:
            raise
        except Image.DecompressionBombError as error:
            raise UserError(f"{name}: has far more than {MAX_PIXELS} pixels; scale it down") from error
        except MemoryError as error:
            raise UserError(f"{name}: needs more memory than there is to decode; scale it down") from error
        except Exception as error:  # decoders raise many types for a damaged file
            raise _broken(data, name, error) from error


def is_still(path: Path) -> bool:
    """Returns True for a file to be read as one image; False for a video or an animation.

    A file that is neither counts as an image, and `decode_file` says what it is.

    Raises:
        UserError: It cannot be read.
    """
    check_opening(path)
    try:
        with open_regular(path) as file:
            head = file.read(HEAD_BYTES)
            if may_be_video(head):
                return False
            data = head + file.read(MAX_BYTES)
    except UnreadableError as error:
        raise UserError(f"{path}: {error}; {EXPECTED}, or a video") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with _open(data, str(path)) as image:
                return image.format == "TIFF" or not _is_animated(image)
        except Exception:  # noqa: BLE001 (decoders raise many types; `decode_file` says what is wrong)
            return True


def size_of(path: Path) -> tuple[int, int]:
    """Returns width and height that an image file claims; decodes no pixels.

    Raises:
        UserError: It cannot be read, or is no image of an accepted format.
    """
    check_opening(path)
    try:
        data = read_bytes(path, MAX_BYTES)
    except UnreadableError as error:
        raise UserError(f"{path}: {error}; {EXPECTED}") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with _open(data, str(path)) as image:
                width, height = image.size
                return int(width), int(height)
        except UserError:
            raise
        except Exception as error:  # as above
            raise _broken(data, str(path), error) from error


def _open(data: bytes, name: str) -> ImageFile.ImageFile:
    """Returns the image of a file, not decoded yet; raises whatever the decoder does."""
    if not is_accepted(data[:HEAD_BYTES]):
        raise UserError(f"{name}: is {name_kind(data[:HEAD_BYTES])}; {EXPECTED}")
    Image.init()
    return Image.open(
        io.BytesIO(without_texts(data)), formats=[kind for kind in FORMATS if kind in Image.OPEN]
    )


def _check_size(image: ImageFile.ImageFile, data: bytes, name: str) -> None:
    """Checks the size that a file claims, before its pixels are decoded.

    Raises:
        UserError: The image is too large.
    """
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise UserError(
            f"{name}: has {width} x {height} pixels; expected at most {MAX_PIXELS}; scale it down"
        )
    if image.format in ("JPEG", "MPO") and data.count(b"\xff\xda") * width * height > _MAX_JPEG_WORK:
        raise UserError(f"{name}: is a progressive JPEG with too many scans; save it again, as PNG")
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        tags = image.tag_v2
        if int(tags.get(_TILE_WIDTH, 0)) * int(tags.get(_TILE_LENGTH, 0)) > MAX_PIXELS:
            raise UserError(f"{name}: has tiles larger than an image may be; save it again, as PNG")


def _format(image: ImageFile.ImageFile) -> str:
    return "JPEG" if image.format == "MPO" else str(image.format)


def _is_animated(image: ImageFile.ImageFile) -> bool:
    """Returns True for a file of several images; those beside a phone's photo do not count."""
    return image.format != "MPO" and bool(getattr(image, "is_animated", False))


def _report_others(image: ImageFile.ImageFile, name: str) -> None:
    if _is_animated(image):
        what = "pages" if image.format == "TIFF" else "images"
        log.warning("%s: holds several %s, of which the first is used", printable(name), what)


def _broken(data: bytes, name: str, error: Exception) -> BrokenImageError:
    kind = name_kind(data[:HEAD_BYTES])
    if isinstance(error, UnidentifiedImageError):
        reason = "its header cannot be read"
    else:
        reason = printable(str(error))[:200] or type(error).__name__
    return BrokenImageError(
        f"{name}: is {kind} that cannot be decoded, for it is damaged or of a rare kind: {reason}",
        SaveImageAgain(),
    )
