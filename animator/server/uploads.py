"""`Uploads`: the files that clients sent, each stored once, under its hash."""

import hashlib
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from animator.core.atomic import remove_leftovers, temporary_file
from animator.core.read import UnreadableError, open_regular
from animator.images.file_kinds import HEAD_BYTES, name_kind
from animator.server.errors import NoRoomError, NotFoundError

_NAME = re.compile(r"([0-9a-f]{64})(\.[a-z0-9]{1,5})?")
_IMAGES = (".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff", ".bmp", ".gif")
_CLIPS = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi")
SOUND_SUFFIXES = (".wav", ".mp3", ".flac", ".ogg", ".m4a")
_TEXTS = (".txt", ".json", ".yaml", ".yml", ".csv", ".srt")
_SUFFIXES = (*_IMAGES, *_CLIPS, *SOUND_SUFFIXES, *_TEXTS)
"""Suffixes that a stored file keeps from its name: those of files that settings name."""
_SUFFIX_OF_KIND = {
    "a PNG image": ".png",
    "a JPEG image": ".jpg",
    "a GIF image": ".gif",
    "a BMP image": ".bmp",
    "a TIFF image": ".tif",
    "a WebP image": ".webp",
    "an AVIF image": ".avif",
    "a video (MP4 or MOV)": ".mp4",
    "a video (Matroska or WebM)": ".mkv",
    "a video (AVI)": ".avi",
}


@dataclass(frozen=True)
class Upload:
    """A file that a client sent.

    Attributes:
        sha256: Its hash, in hexadecimal.
        path: Where it is; settings refer to it by the name alone.
        size: Its size in bytes.
        kind: What its first bytes say it is, such as "a PNG image".
        created: When it was stored, in seconds since 1970.
    """

    sha256: str
    path: Path
    size: int
    kind: str
    created: float


class Uploads:
    """The uploads of a server. Its folder has nothing else, so settings may name every file in it.

    Args:
        folder: The folder; made with the first file.
        capacity: Bytes that all files may have together.
    """

    def __init__(self, folder: Path, capacity: int) -> None:
        self._folder = folder
        self._capacity = capacity
        self._lock = threading.Lock()
        remove_leftovers(folder)
        self._used = sum(path.stat().st_size for path in self._paths())

    @contextmanager
    def receive(self) -> Iterator["Arrival"]:
        """Yields what takes the bytes of a file; unless it is finished, nothing stays of it.

        Raises:
            OSError: The file cannot be created.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with temporary_file(self._folder / "upload") as (partial, file):
            arrival = Arrival(self, partial, file)
            try:
                yield arrival
            finally:
                self.release(arrival.size)

    def find(self, sha256: str) -> Upload:
        """Returns the file of a hash.

        Raises:
            NotFoundError: There is none.
        """
        path = self._path_of(sha256)
        if path is None:
            raise NotFoundError(f"file {sha256:.80}: is not here; upload it first")
        return _look_at(path)

    def page(self, after: str, limit: int) -> list[Upload]:
        """Returns files by their hashes, those after one; `limit` of them at most."""
        found: list[Upload] = []
        for path in self._paths():
            if path.name.partition(".")[0] > after and len(found) < limit:
                with suppress(NotFoundError):  # removed at this moment
                    found.append(_look_at(path))
        return found

    def remove(self, sha256: str) -> None:
        """Removes a file.

        Raises:
            NotFoundError: There is none of this hash.
            OSError: It cannot be removed.
        """
        with self._lock:
            upload = self.find(sha256)
            upload.path.unlink()
            self._used -= upload.size

    def occupy(self, count: int) -> None:
        """Notes bytes that are there already, besides the uploads."""
        with self._lock:
            self._used += count

    def claim(self, count: int) -> None:
        """Takes room for the next bytes of a file that arrives.

        Raises:
            NoRoomError: There is none.
        """
        with self._lock:
            if self._used + count > self._capacity:
                raise NoRoomError(
                    f"all uploads may have {self._capacity / 1e9:g} GB together, and with this file they "
                    "would have more; delete files that no job needs any more"
                )
            self._used += count

    def keep(self, partial: Path, sha256: str, suffix: str) -> tuple[Upload, bool]:
        """Stores a file that has arrived; returns it, and whether it is new.

        Raises:
            OSError: It cannot be renamed.
        """
        with self._lock:
            known = self._path_of(sha256)
            path = known or self._folder / f"{sha256}{suffix}"
            if known is None:
                partial.replace(path)
                self._used += path.stat().st_size
            return _look_at(path), known is None

    def release(self, count: int) -> None:
        """Gives room back that was claimed or occupied."""
        with self._lock:
            self._used -= count

    def _paths(self) -> list[Path]:
        """Returns the stored files, sorted; whatever else is in the folder is none."""
        if not self._folder.is_dir():
            return []
        with os.scandir(self._folder) as entries:
            names = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
        return [self._folder / name for name in sorted(names) if _NAME.fullmatch(name)]

    def _path_of(self, sha256: str) -> Path | None:
        return next((path for path in self._paths() if path.name.partition(".")[0] == sha256), None)


class Arrival:
    """A file that arrives; made by `Uploads.receive`."""

    def __init__(self, uploads: Uploads, partial: Path, file: BinaryIO) -> None:
        self._uploads = uploads
        self._partial = partial
        self._file = file
        self._hash = hashlib.sha256()
        self._head = b""
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Takes the next bytes.

        Raises:
            NoRoomError: There is no room for them.
            OSError: They cannot be written.
        """
        self._uploads.claim(len(chunk))
        self.size += len(chunk)
        self._head += chunk[: HEAD_BYTES - len(self._head)]
        self._hash.update(chunk)
        self._file.write(chunk)

    def finish(self, name: str) -> tuple[Upload, bool]:
        """Stores the file; returns it, and whether it is new.

        Args:
            name: Its name where it comes from, which is used for its suffix alone.

        Raises:
            OSError: It cannot be written.
        """
        self._file.flush()
        os.fsync(self._file.fileno())
        suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
        if suffix not in _SUFFIXES:
            suffix = _SUFFIX_OF_KIND.get(name_kind(self._head), "")
        return self._uploads.keep(self._partial, self._hash.hexdigest(), suffix)


def _look_at(path: Path) -> Upload:
    """Returns a stored file; raises a NotFoundError where it is gone."""
    try:
        with open_regular(path) as file:
            status, kind = os.fstat(file.fileno()), name_kind(file.read(HEAD_BYTES))
    except UnreadableError as error:
        raise NotFoundError(f"file {path.name}: {error}") from error
    return Upload(path.name.partition(".")[0], path, status.st_size, kind, status.st_mtime)
