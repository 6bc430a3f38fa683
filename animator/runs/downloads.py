"""Images that settings give by URL: downloaded once, where a person permits it, and kept in the run folder.

A resumed run reads the kept file, so the film is the same even if the URL has changed or gone.
"""

import hashlib
import io
from functools import partial
from pathlib import Path
from typing import Any

from animator.core.atomic import atomic_write
from animator.core.download import Limits, download
from animator.core.hosts import ForbiddenHostError
from animator.core.permissions import permissions
from animator.core.urls import is_url
from animator.errors import UserError
from animator.images.file_kinds import HEAD_BYTES, name_kind
from animator.images.image_file import decode_bytes
from animator.presets.resolve_paths import IMAGES, NOT_FETCHED, each_name, file_settings
from animator.settings import Animation
from animator.settings.keyed_images import KeyedImages
from schedules import TextSchedule

LIMITS = Limits(max_bytes=32_000_000, timeout_s=20.0, total_s=60.0)
SUFFIXES = {"a PNG image": ".png", "a JPEG image": ".jpg", "a WebP image": ".webp"}
"""What is accepted, as `name_kind` calls it, and the suffix of its file."""


def with_downloads(animation: Animation, folder: Path) -> Animation:
    """Returns the film with every image URL replaced by a file in a folder.

    Args:
        animation: The film.
        folder: Folder of downloaded images; an image that is there already is not downloaded again.

    Raises:
        UserError: The film permits no downloads; or an image cannot be downloaded, is too large, or is not an
            image.
    """
    for (*groups, name), kind in file_settings().items():
        group = getattr(animation, groups[0]) if groups else animation
        if kind.kind not in IMAGES:
            continue
        value = getattr(group, name)
        is_parsed = isinstance(value, KeyedImages | TextSchedule)
        plain = value.source if is_parsed else value
        local = each_name(plain, partial(_local_path, animation, folder), kind)
        if local != plain:
            group = group.model_copy(update={name: _parsed(animation, value, local) if is_parsed else local})
            animation = animation.model_copy(update={groups[0]: group}) if groups else group
    return animation


def _parsed(animation: Animation, value: Any, source: Any) -> Any:
    """Returns images or texts by frame with other paths, of the kind of those before."""
    return type(value).parse(source, markers=animation.scope.markers)


def _local_path(animation: Animation, folder: Path, name: str) -> str:
    if not is_url(name):
        return name
    if not (animation.download or permissions().network):
        raise UserError(NOT_FETCHED.format(url=name))
    return str(download_image(name.strip(), folder))


def download_image(url: str, folder: Path) -> Path:
    """Returns the file of a URL's image in a folder, downloaded if it is not there yet; errors as above."""
    stem = hashlib.sha256(url.encode()).hexdigest()[:16]
    for path in sorted(folder.glob(f"{stem}.*")):
        return path
    buffer = io.BytesIO()
    try:
        download(url, buffer, LIMITS)
    except ForbiddenHostError as error:
        raise UserError(f"{url}: is not downloaded: {error}", error.hint) from error
    except OSError as error:
        raise UserError(f"{url}: cannot be downloaded: {error}") from error
    data = buffer.getvalue()
    path = folder / f"{stem}{_suffix(url, data)}"
    folder.mkdir(parents=True, exist_ok=True)
    atomic_write(path, data)
    return path


def _suffix(url: str, data: bytes) -> str:
    """Returns the suffix for an image's file.

    Raises:
        UserError: The data is not a whole image of an accepted format, or the image is too large.
    """
    kind = name_kind(data[:HEAD_BYTES])
    if kind not in SUFFIXES:
        raise UserError(f"{url}: is {kind}; expected {', '.join(SUFFIXES)}")
    decode_bytes(data, url)
    return SUFFIXES[kind]
