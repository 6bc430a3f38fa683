"""The data set that a page shows, and changes of it."""

from dataclasses import dataclass

from animator.core.read import UnreadableError, open_regular
from animator.errors import UserError
from animator.jobs.trainings.data_files import is_readable
from animator.server.context import ServerContext
from animator.server.datasets import DataFile, problem_of, safe_name, text_of
from animator.server.v1.datasets import folder_of

BLOCK = 2**20
_DEFAULT = "images"


@dataclass(frozen=True)
class DataLook:
    """A data set as it was when it was looked at.

    Attributes:
        name: Its name; empty where the folder is none.
        files: Its images.
        broken: Names of those that cannot be read.
    """

    name: str = ""
    files: tuple[DataFile, ...] = ()
    broken: frozenset[str] = frozenset()


def set_name(folder: str) -> str:
    """Returns the name of the data set that a folder is; empty for other folders."""
    prefix, _, name = folder.partition("/")
    return name if f"{prefix}/{name}" == folder_of(name) and name and not problem_of(name) else ""


def new_set_name(training: str, known: list[str]) -> str:
    """Returns a name for a new data set.

    Args:
        training: The name of the training; may be anything.
        known: Names that are taken.
    """
    stem = training.strip() if training.strip() and not problem_of(training.strip()) else _DEFAULT
    names = (stem, *(f"{stem} {number}" for number in range(2, len(known) + 3)))
    return next(name for name in names if name not in known)


def look_at_data(server: ServerContext, folder: str) -> DataLook:
    """Returns the data set that a folder is, as it is now; an empty one where it is none."""
    name = set_name(folder)
    if not name or name not in server.datasets.names():
        return DataLook()
    files = tuple(server.datasets.images(name))
    paths = {file.name: server.options.datasets / name / file.name for file in files}
    return DataLook(name, files, frozenset(one for one, path in paths.items() if not is_readable(path)))


def add_upload(server: ServerContext, name: str, sha256: str, file: str) -> None:
    """Puts a file that a page has sent into a data set.

    Args:
        server: The server.
        name: The data set.
        sha256: The hash of the file.
        file: Its name where it comes from.

    Raises:
        UserError: It is neither an image nor a caption, or there is no room for it.
    """
    path = server.uploads.find(sha256).path
    try:
        with open_regular(path) as source, server.datasets.receive(name, safe_name(file)) as incoming:
            while chunk := source.read(BLOCK):
                incoming.write(chunk)
    except UnreadableError as error:
        raise UserError(f"{file}: {error}; send it again") from error
    except OSError as error:
        raise UserError(f"{file}: cannot be stored: {error.strerror or error}") from error


def write_caption(server: ServerContext, name: str, image: str, text: str) -> None:
    """Writes the caption of an image; an empty one is removed.

    Raises:
        UserError: It is too long, or cannot be written.
    """
    file = text_of(image)
    try:
        if text.strip():
            with server.datasets.receive(name, file) as incoming:
                incoming.write(text.encode(errors="replace"))
        elif any(one.name == image and one.caption is not None for one in server.datasets.images(name)):
            server.datasets.remove(name, file)
    except OSError as error:
        raise UserError(f"{file}: cannot be written: {error.strerror or error}") from error


def remove_image(server: ServerContext, name: str, image: str) -> None:
    """Removes an image with its caption.

    Raises:
        UserError: It is gone already, or cannot be removed.
    """
    try:
        server.datasets.remove(name, image)
    except OSError as error:
        raise UserError(f"{image}: cannot be removed: {error.strerror or error}") from error
