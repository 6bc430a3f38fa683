"""`Datasets`: folders of images with captions that clients made for trainings."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from animator.core.atomic import remove_leftovers, temporary_file
from animator.core.read import UnreadableError, read_text
from animator.errors import UserError
from animator.jobs.trainings.data_files import CAPTION_BYTES, IMAGE_SUFFIXES, TEXT_SUFFIX
from animator.server.errors import NotFoundError
from animator.server.uploads import Uploads

MAX_FILES = 40_000
MAX_NAME_BYTES = 150
_FORBIDDEN = frozenset('<>:"/\\|?*')
_EXPECTED = 'expected a name without / \\ : * ? " < > | that begins with a letter or digit'


@dataclass(frozen=True)
class DataFile:
    """An image of a data set.

    Attributes:
        name: Its name.
        size: Its size in bytes.
        caption: The text of its text file; None without one.
    """

    name: str
    size: int
    caption: str | None


@dataclass(frozen=True)
class DataSet:
    """A data set in short.

    Attributes:
        name: Its name.
        images: Number of its images.
        captions: Number of its images with a text file.
    """

    name: str
    images: int
    captions: int


class Datasets:
    """The data sets of a server, each a folder. What they hold counts as what was uploaded.

    Args:
        folder: The folder of them all; made with the first.
        uploads: Has the room.
    """

    def __init__(self, folder: Path, uploads: Uploads) -> None:
        self._folder = folder
        self._uploads = uploads
        self._lock = threading.Lock()
        for name in self.names():
            remove_leftovers(folder / name)
            uploads.occupy(sum(size for _, size in _files(folder / name)))

    def names(self) -> list[str]:
        """Returns the names of the data sets, sorted."""
        try:
            with os.scandir(self._folder) as entries:
                return sorted(
                    entry.name
                    for entry in entries
                    if entry.is_dir(follow_symlinks=False) and not problem_of(entry.name)
                )
        except OSError:
            return []

    def look(self, name: str) -> DataSet:
        """Returns a data set in short.

        Raises:
            NotFoundError: There is none of this name.
        """
        files = dict(_files(self._find(name)))
        images = [one for one in files if is_image(one)]
        return DataSet(name, len(images), sum(text_of(one) in files for one in images))

    def images(self, name: str) -> list[DataFile]:
        """Returns the images of a data set, sorted by name.

        Raises:
            NotFoundError: There is none of this name.
        """
        folder = self._find(name)
        files = dict(_files(folder))
        return [
            DataFile(one, size, _caption(folder / text_of(one)) if text_of(one) in files else None)
            for one, size in sorted(files.items())
            if is_image(one)
        ]

    def path(self, name: str, file: str) -> Path:
        """Returns where a file is.

        Raises:
            NotFoundError: There is none of this name.
        """
        if file not in dict(_files(self._find(name))):
            raise NotFoundError(f"file {file:.100}: is not in the data set {name}")
        return self._folder / name / file

    @contextmanager
    def receive(self, name: str, file: str) -> Iterator["Incoming"]:
        """Yields what takes the bytes of a file, which replaces one of its name at the end of the block.

        Args:
            name: The data set, which is made with its first file.
            file: The file: an image, or the text file with a caption.

        Raises:
            UserError: A name cannot be used, or a caption is too long.
            NoRoomError: The server has no room for it.
            OSError: It cannot be written.
        """
        for one in (name, file):
            if problem := problem_of(one):
                raise UserError(problem)
        if not (is_image(file) or file.endswith(TEXT_SUFFIX)):
            known = ", ".join((*IMAGE_SUFFIXES, TEXT_SUFFIX))
            raise UserError(f"file {file}: is neither an image nor a caption; expected one of {known}")
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True)
        if folder.is_symlink():
            raise UserError(f"data set {name}: is a symbolic link; remove it on the server")
        with temporary_file(folder / file) as (partial, out):
            incoming = Incoming(self._uploads, out, CAPTION_BYTES if file.endswith(TEXT_SUFFIX) else None)
            try:
                yield incoming
                out.flush()
                self._keep(folder, file, partial)
            except BaseException:
                self._uploads.release(incoming.size)
                raise

    def remove(self, name: str, file: str) -> None:
        """Removes a file; with an image, its caption.

        Raises:
            NotFoundError: It is not there.
            OSError: It cannot be removed.
        """
        with self._lock:
            path = self.path(name, file)
            files = dict(_files(path.parent))
            for one in dict.fromkeys((file, text_of(file)) if is_image(file) else (file,)):
                if one in files:
                    (path.parent / one).unlink()
                    self._uploads.release(files[one])

    def delete(self, name: str) -> None:
        """Deletes a data set.

        Raises:
            NotFoundError: There is none of this name.
            OSError: A file cannot be removed.
        """
        with self._lock:
            folder = self._find(name)
            for file, size in _files(folder):
                (folder / file).unlink()
                self._uploads.release(size)
            folder.rmdir()

    def _find(self, name: str) -> Path:
        if name not in self.names():
            raise NotFoundError(f"data set {name:.100}: is not here")
        return self._folder / name

    def _keep(self, folder: Path, file: str, partial: Path) -> None:
        with self._lock:
            files = dict(_files(folder))
            if len(files) >= MAX_FILES and file not in files:
                raise UserError(
                    f"data set {folder.name}: has {len(files)} files, as many as may; delete some"
                )
            partial.replace(folder / file)
            self._uploads.release(files.get(file, 0))


class Incoming:
    """A file that arrives; made by `Datasets.receive`."""

    def __init__(self, uploads: Uploads, file: BinaryIO, limit: int | None) -> None:
        self._uploads = uploads
        self._file = file
        self._limit = limit
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Takes the next bytes.

        Raises:
            UserError: They are too many for a caption.
            NoRoomError: There is no room for them.
            OSError: They cannot be written.
        """
        if self._limit is not None and self.size + len(chunk) > self._limit:
            raise UserError(f"the caption is longer than {self._limit} bytes")
        self._uploads.claim(len(chunk))
        self.size += len(chunk)
        self._file.write(chunk)


def is_image(name: str) -> bool:
    """Returns True for the name of an image."""
    return name.lower().endswith(IMAGE_SUFFIXES)


def problem_of(name: str) -> str:
    """Returns why a data set or file cannot have a name; empty if it can."""
    size = len(name.encode(errors="surrogatepass"))
    if size > MAX_NAME_BYTES:
        return f"name {name:.40}...: has {size} bytes; expected at most {MAX_NAME_BYTES}"
    is_plain = name[:1].isalnum() and name.isprintable() and not _FORBIDDEN & set(name)
    if not is_plain or name[-1] in ". ":
        return f"name {name!r:.200}: {_EXPECTED}"
    return ""


def safe_name(name: str) -> str:
    """Returns a name that a file may have, from the one that it has where it comes from."""
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 (a name, not a path)
    plain = "".join("_" if c in _FORBIDDEN or not c.isprintable() else c for c in stem).strip(". ")
    while plain and not plain[0].isalnum():
        plain = plain[1:]
    while len(plain.encode()) + len(suffix.encode()) > MAX_NAME_BYTES:
        plain = plain[:-1]
    return f"{plain or 'image'}{suffix.lower()}"


def text_of(image: str) -> str:
    """Returns the name of the text file with the caption of an image."""
    return f"{os.path.splitext(image)[0]}{TEXT_SUFFIX}"  # noqa: PTH122 (a name, not a path)


def _files(folder: Path) -> list[tuple[str, int]]:
    """Returns the names and sizes of the files of a data set; links are none."""
    try:
        with os.scandir(folder) as entries:
            return [
                (entry.name, entry.stat(follow_symlinks=False).st_size)
                for entry in entries
                if entry.is_file(follow_symlinks=False) and not entry.name.startswith(".")
            ]
    except OSError:
        return []


def _caption(path: Path) -> str:
    try:
        return read_text(path, CAPTION_BYTES)
    except UnreadableError:
        return ""
