"""Pictures that settings give by URL, where a film permits it: fetched once, kept in the run folder.

Whoever goes on with the run reads the kept file, so a film is the same whatever has become of the URL.
"""

import hashlib
import io
import time
import urllib.error
import urllib.request
from functools import partial
from http.client import HTTPException
from pathlib import Path

from PIL import Image

from animator.config import Animation
from animator.core.atomic import write_atomically
from animator.draft_files import NOT_FETCHED, PICTURES, each_name, file_settings
from animator.errors import UserError
from animator.guide import KeyedImages
from animator.named_files import is_url
from schedules import TextSchedule

MOST_BYTES = 32_000_000
MOST_PIXELS = 64_000_000
KINDS = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}
WAIT_S = 20.0
"""For each answer; a whole download may take three times as long."""
_CHUNK = 1 << 16


def with_downloads(animation: Animation, folder: Path) -> Animation:
    """The film with every picture that it gives by URL by its file in a folder.

    Args:
        animation: The film.
        folder: Where fetched pictures are kept; what is there already is not fetched again.

    Raises:
        UserError: The film permits no download; a picture could not be had, is too large, or is none.
    """
    for (*groups, name), kind in file_settings().items():
        group = getattr(animation, groups[0]) if groups else animation
        if kind.kind not in PICTURES:
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
    """The file of a URL's picture, fetched into a folder where it is not there yet; errors as above."""
    stem = hashlib.sha256(url.encode()).hexdigest()[:16]
    for path in sorted(folder.glob(f"{stem}.*")):
        return path
    try:
        data = _download(url)
    except (urllib.error.URLError, HTTPException, ValueError, OSError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it holds the connection
        raise UserError(f"{url}: could not be fetched: {getattr(error, 'reason', None) or error}") from error
    path = folder / f"{stem}{_suffix(url, data)}"
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(path, data)
    return path


def _download(url: str) -> bytes:
    # Unlike urlopen's, this opener knows no files and no FTP, so that no redirection leads there.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    data, began = bytearray(), time.monotonic()
    request = urllib.request.Request(url, headers={"User-Agent": "animator"})  # noqa: S310 (http, see above)
    with opener.open(request, timeout=WAIT_S) as answer:
        while chunk := answer.read(_CHUNK):
            data += chunk
            if len(data) > MOST_BYTES:
                raise UserError(f"{url}: is larger than {MOST_BYTES // 1_000_000} MB; expected a picture")
            if time.monotonic() - began > 3 * WAIT_S:
                raise TimeoutError(f"took longer than {3 * WAIT_S:g} seconds")
    return bytes(data)


def _suffix(url: str, data: bytes) -> str:
    """The ending for a picture's file.

    Raises:
        UserError: It is no picture of a kind that is expected, or a huge one.
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
        raise UserError(f"{url}: is no whole picture; expected one of {names}") from error
    return KINDS[kind]
