"""Finds the weights of depth networks, or downloads them."""

from __future__ import annotations

from pathlib import Path

from animator.core.confinement import named_path
from animator.core.download import Limits
from animator.core.fetch import PublicFile
from animator.core.hosts import ForbiddenHostError, check_url
from animator.core.permissions import permissions
from animator.errors import ModelError
from animator.models.depth import names
from animator.models.depth.spec import DepthModelSpec
from animator.models.folders import VARIABLE, download_folder, find_file, torch_downloads
from animator.models.published import Published
from animator.models.stand_ins import stand_in

LIMITS = Limits(max_bytes=8 * 10**9, timeout_s=20.0, total_s=7200.0)


def find_or_download(spec: DepthModelSpec, folders: tuple[Path, ...]) -> Path:
    """Returns the file of a network; downloads it if it is in none of the folders.

    Args:
        spec: The network.
        folders: Searched before torch's download folder.

    Raises:
        ModelError: It could not be downloaded.
    """
    searched = (*folders, torch_downloads())
    return _published(spec).find(folders) or download_weights(spec, searched, download_folder())


def weights_files(name: str, folders: tuple[Path, ...]) -> tuple[Path, ...]:
    """Returns the files that a depth network of a name or path reads; none of one that is built in.

    A file that is not there yet is left out where it may be downloaded. Where the built-in network stands in,
    there is none.

    Args:
        name: Value of `depth.model`.
        folders: As for `find_or_download`.

    Raises:
        ModelError: A file is not there, and may not be downloaded.
    """
    resolved = names.resolve_name(name)
    if resolved is None:
        return (named_path(name),)
    specs = filter(None, map(names.find_spec_by_name, resolved.names))
    try:
        found = [_find_or_may_download(spec, (*folders, torch_downloads())) for spec in specs]
    except ModelError as missing:
        stand_in_for_depth(missing, name)
        return ()
    return tuple(path for path in found if path is not None)


def stand_in_for_depth(missing: ModelError, name: str) -> None:
    """Warns that the built-in network stands in for one of another name; errors as `stand_in`."""
    stand_in(missing, f"depth.model: {name}", f"the built-in network, {names.STARTER},")


def _find_or_may_download(spec: DepthModelSpec, searched: tuple[Path, ...]) -> Path | None:
    path = find_file(spec.files, searched)
    if path is None:
        try:
            check_url(permissions(), spec.url)
        except ForbiddenHostError as error:
            raise _not_permitted(spec, searched, error) from error
    return path


def download_weights(spec: DepthModelSpec, searched: tuple[Path, ...], folder: Path) -> Path:
    """Downloads the file of a network and returns its path.

    Args:
        spec: The network.
        searched: The folders in which it was not found, for the message.
        folder: Target folder.

    Raises:
        ModelError: It could not be downloaded.
    """
    try:
        return _published(spec).download(folder)
    except ForbiddenHostError as error:
        raise _not_permitted(spec, searched, error) from error
    except OSError as error:
        places = " or ".join(str(folder) for folder in searched)
        raise ModelError(
            f"depth model {spec.name} needs the file {spec.files[0]}: it is not in {places}, and could "
            f"not be downloaded ({error}). Get it from {spec.url} and put it into one of these "
            f"folders or the one that {VARIABLE} names, or use the built-in model 'starter'."
        ) from error


def _published(spec: DepthModelSpec) -> Published:
    return Published(spec.files, PublicFile(spec.url, spec.sha256), LIMITS)


def _not_permitted(spec: DepthModelSpec, searched: tuple[Path, ...], error: ForbiddenHostError) -> ModelError:
    places = " or ".join(str(folder) for folder in searched)
    return ModelError(
        f"depth model {spec.name} needs the file {spec.files[0]}: it is not in {places}. It is at "
        f"{spec.url}; or use the built-in model 'starter'",
        error.hint,
    )
