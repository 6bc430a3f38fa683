"""Opens folders in the file manager of a person who sits at the server's machine."""

import shutil
import subprocess
import sys
import threading
from pathlib import Path

from fastapi import Request

from animator.errors import UserError
from animator.server.options import is_loopback

_OPENERS = {"win32": "explorer", "darwin": "open"}
_OPENER = "xdg-open"
_FORWARDED = ("forwarded", "x-forwarded-for")
"""Headers of requests that come through another server."""


def is_at_this_machine(request: Request) -> bool:
    """Returns True for the request of a browser on the server's machine."""
    is_here = request.client is not None and is_loopback(request.client.host)
    return is_here and is_loopback(request.url.hostname or "") and not set(_FORWARDED) & {*request.headers}


def open_folder(folder: Path) -> None:
    """Opens a folder in the file manager.

    Raises:
        UserError: There is no file manager, it cannot be started, or the folder is gone.
    """
    name = _OPENERS.get(sys.platform, _OPENER)
    program = shutil.which(name)
    if program is None:
        raise UserError(f"{folder}: cannot be opened from here: {name} is not installed; open it by its path")
    if not folder.is_dir():
        raise UserError(f"{folder}: is not a folder any more")
    quiet = subprocess.DEVNULL
    try:
        process = subprocess.Popen([program, str(folder)], stdin=quiet, stdout=quiet, stderr=quiet)
    except OSError as error:
        raise UserError(f"{folder}: cannot be opened: {program}: {error.strerror or error}") from error
    threading.Thread(target=process.wait, daemon=True).start()  # some stay until their window is closed
