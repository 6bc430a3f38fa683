"""`fetch`: downloads a public file once, from where an earlier download broke off, and checks it."""

import hashlib
import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from animator.core.atomic import atomic_write
from animator.core.download import Limits, NoSuchRangeError, Part, download

PART, TAG, SUM, LOCK = ".part", ".part.etag", ".sha256", ".part.lock"
"""Suffixes of the files beside a download: what is there of it, of which version, its checksum, its lock."""
_SUM = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20
_MAX_TAG = 1000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PublicFile:
    """A file to download.

    Attributes:
        url: http:// or https://.
        sha256: Its SHA-256, hexadecimal; empty where it is not known: the first download's is recorded then,
            beside the file, and expected of later ones.
    """

    url: str
    sha256: str = ""


def fetch(file: PublicFile, target: Path, limits: Limits) -> None:
    """Downloads a file, unless another process just did; `target` is the whole file or nothing.

    Args:
        file: The file.
        target: Where to write it; folders are made.
        limits: As for `download`.

    Raises:
        ForbiddenHostError: As for `download`.
        OSError: The download failed, which a later one goes on from; or it is not the expected file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(_beside(target, LOCK)):
        if target.exists():
            return
        try:
            _complete(file.url, target, limits)
        except NoSuchRangeError:  # the part is no shorter than the file; it is gone now
            _complete(file.url, target, limits)
        _check(file, target)
        _beside(target, PART).replace(target)
    for suffix in (TAG, LOCK):
        _beside(target, suffix).unlink(missing_ok=True)


def _complete(url: str, target: Path, limits: Limits) -> None:
    """Downloads what is missing of a file's part; what cannot be gone on from is removed."""
    part = _part_of(target)
    try:
        with _beside(target, PART).open("r+b" if part else "wb") as out:
            out.seek(0, os.SEEK_END)
            download(url, out, limits, part, lambda tag: _keep_tag(target, tag))
            out.flush()
            os.fsync(out.fileno())
    except BaseException as error:
        if isinstance(error, NoSuchRangeError) or _part_of(target) is None:
            _discard(target)
        raise


def _keep_tag(target: Path, tag: str) -> None:
    if tag:
        _beside(target, TAG).write_text(tag)
    else:
        _beside(target, TAG).unlink(missing_ok=True)


def _discard(target: Path) -> None:
    for suffix in (PART, TAG):
        _beside(target, suffix).unlink(missing_ok=True)


def _part_of(target: Path) -> Part | None:
    """Returns what an earlier download left; None for nothing of use."""
    path, tag = _beside(target, PART), _beside(target, TAG)
    if not (path.is_file() and tag.is_file() and path.stat().st_size):
        return None
    if tag.stat().st_size > _MAX_TAG or not (text := tag.read_text().strip()).isprintable():
        return None
    return Part(path.stat().st_size, text) if text else None


def _check(file: PublicFile, target: Path) -> None:
    """Checks the checksum of a whole download, or records it.

    Raises:
        OSError: It is another file; it is removed.
    """
    found, record = _sha256(_beside(target, PART)), _beside(target, SUM)
    expected = file.sha256 or _recorded(record)
    if expected and found != expected:
        _discard(target)
        known = "known" if file.sha256 else f"recorded in {record}"
        raise OSError(f"its SHA-256 is {found}, not the {known} one, {expected}; the download was removed")
    if not expected:
        log.warning("%s: no checksum is known; its SHA-256, %s, is recorded in %s", file.url, found, record)
        atomic_write(record, f"{found}  {target.name}\n".encode())


def _recorded(record: Path) -> str:
    """Returns the checksum in a file as `sha256sum` writes it; empty where there is none."""
    if not record.is_file() or record.stat().st_size > _MAX_TAG:
        return ""
    found = _SUM.match(record.read_text(errors="replace"))
    return found[0] if found else ""


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _beside(target: Path, suffix: str) -> Path:
    return target.with_name(target.name + suffix)
