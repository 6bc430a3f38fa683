"""Images that settings give by URL, where a film permits it: fetched once, kept in the run folder.

Whoever goes on with the run reads the kept file, so a film is the same whatever has become of the URL.
"""

import hashlib
import io
from functools import partial
from pathlib import Path

from PIL import Image

from animator.core.atomic import atomic_write
from animator.core.download import Limits, download
from animator.core.urls import is_url
from animator.errors import UserError
from animator.presets.resolve_paths import IMAGES, NOT_FETCHED, each_name, file_settings
from animator.settings import Animation
from animator.settings.keyed_images import KeyedImages
from schedules import TextSchedule

LIMITS = Limits(max_bytes=32_000_000, timeout_s=20.0, total_s=60.0)
MOST_PIXELS = 64_000_000
KINDS = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}


def with_downloads(animation: Animation, folder: Path) -> Animation:
    """The film with every image that it gives by URL by its file in a folder.

    Args:
        animation: The film.
        folder: Where fetched images are kept; what is there already is not fetched again.

    Raises:
        UserError: The film permits no download; an image could not be had, is too large, or is none.
    """
    for (*groups, name), kind in file_settings().items():
        group = getattr(animation, groups[0]) if groups else animation
        if kind.kind not in IMAGES:
            continue
        given = getattr(group, name)
        parsed = isinstance(given, KeyedImages | TextSchedule)
        plain = given.source if parsed else given
        there = each_name(plain, partial(_there, animation, folder), kind)
        if there != plain:
            group = group.model_copy(update={name: type(given).parse(there) if parsed else there})
            animation = animation.model_copy(update={groups[0]: group}) if groups else group
    return animation


def _there(animation: Animation, folder: Path, name: str) -> str:
    if not is_url(name):
        return name
    if not animation.download:
        raise UserError(NOT_FETCHED.format(url=name))
    return str(fetched(name.strip(), folder))


def fetched(url: str, folder: Path) -> Path:
    """The file of a URL's image, fetched into a folder where it is not there yet; errors as above."""
    stem = hashlib.sha256(url.encode()).hexdigest()[:16]
    for path in sorted(folder.glob(f"{stem}.*")):
        return path
    answer = io.BytesIO()
    try:
        download(url, answer, LIMITS)
    except OSError as error:
        raise UserError(f"{url}: could not be fetched: {error}") from error
    data = answer.getvalue()
    path = folder / f"{stem}{_suffix(url, data)}"
    folder.mkdir(parents=True, exist_ok=True)
    atomic_write(path, data)
    return path


def _suffix(url: str, data: bytes) -> str:
    """The ending for an image's file.

    Raises:
        UserError: It is no image of a kind that is expected, or a huge one.
    """
    try:
        with Image.open(io.BytesIO(data), formats=list(KINDS)) as image:
            width, height = image.size
            kind = str(image.format)
            if width * height > MOST_PIXELS:
                raise UserError(f"{url}: has {width} x {height} pixels; expected at most {MOST_PIXELS}")
            image.verify()
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        names = ", ".join(KINDS)
        raise UserError(f"{url}: is no whole image; expected one of {names}") from error
    return KINDS[kind]
