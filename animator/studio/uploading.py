"""`as_upload`: a file of the server among the uploads, which settings may name."""

from pathlib import Path

from animator.core.read import UnreadableError, read_bytes
from animator.errors import UserError
from animator.images.image_file import MAX_BYTES
from animator.server.uploads import Upload, Uploads


def as_upload(path: Path, uploads: Uploads) -> Upload:
    """Returns the upload with the content of an image's file; settings name it by the name of its path.

    Settings may not name files of the renders folder, so they name such a copy.

    Raises:
        UserError: The file cannot be read, or not be stored.
        NoRoomError: The uploads have no room for it.
    """
    try:
        data = read_bytes(path, MAX_BYTES)
    except UnreadableError as error:
        raise UserError(f"{path.name}: {error}; it may have been moved or deleted") from error
    try:
        with uploads.receive() as arrival:
            arrival.write(data)
            return arrival.finish(path.name)[0]
    except OSError as error:
        raise UserError(f"{path.name}: cannot be stored: {error.strerror or error}") from error
