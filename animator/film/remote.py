"""Clips and sounds that settings give by URL: downloaded once per process, so that ffmpeg only reads files.

ffmpeg would follow redirects and resolve names on its own, past every check of addresses.
"""

import atexit
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from animator.core.confinement import named_path
from animator.core.download import Limits, download
from animator.core.hosts import ForbiddenHostError, check_url
from animator.core.permissions import permissions
from animator.core.urls import is_url
from animator.errors import UserError

LIMITS = Limits(max_bytes=4 * 10**9, timeout_s=20.0, total_s=1800.0)


def local_file(name: str) -> str:
    """Returns the path of a clip or sound: its own with `~` expanded, or that of a downloaded URL.

    Raises:
        UserError: The URL is not permitted, or cannot be downloaded.
    """
    return str(_downloaded(name.strip())) if is_url(name) else str(named_path(name))


def check_remote(url: str) -> None:
    """Checks that a URL may be downloaded, without asking the network.

    Raises:
        UserError: It may not.
    """
    try:
        check_url(permissions(), url.strip())
    except ForbiddenHostError as error:
        raise _forbidden(url, error) from error


def _forbidden(url: str, error: ForbiddenHostError) -> UserError:
    return UserError(f"{url}: is not downloaded: {error}", error.hint)


def is_download(path: Path) -> bool:
    """Returns True for a file that this process has downloaded."""
    return path.parent == _folder()


@lru_cache(maxsize=64)
def _downloaded(url: str) -> Path:
    folder = _folder()
    path = folder / str(len(list(folder.iterdir())))
    try:
        with path.open("xb") as file:
            download(url, file, LIMITS)
    except ForbiddenHostError as error:
        path.unlink()
        raise _forbidden(url, error) from error
    except OSError as error:
        path.unlink(missing_ok=True)
        raise UserError(f"{url}: cannot be downloaded: {error}") from error
    return path


@lru_cache(maxsize=1)
def _folder() -> Path:
    """Returns this process's folder of downloads, which is removed when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="animator-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
