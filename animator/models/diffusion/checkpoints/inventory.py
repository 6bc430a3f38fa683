"""`model_table`: lists the built-in model, the models in folders and those in the hub's cache."""

from collections.abc import Iterator
from pathlib import Path

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import SAFE
from animator.models.diffusion.checkpoints.find import STARTER, find_checkpoint
from animator.models.diffusion.checkpoints.identify import identify
from animator.models.diffusion.checkpoints.library import INDEX, Library
from animator.models.diffusion.checkpoints.model_info import SHORT, sha256, size_of

PICKLED_FILE, BROKEN_FILE = "pickled file", "broken file"
TYPE_WIDTH = 36  # of the type column


def model_table(folders: tuple[Path, ...], *, hashes: bool) -> Iterator[str]:
    """Yields a line per model: type, size, the short hash that model sites show, name or path.

    The line of a broken file ends with what is wrong with it.

    Args:
        folders: Searched recursively.
        hashes: Adds a column of hashes, which takes seconds per GB.
    """
    yield _line("diffusers model", Path(find_checkpoint(STARTER).location), STARTER, hashes=hashes)
    for path in Library(folders).files:
        kind, problem = _type(path)
        yield _line(kind, path, str(path), hashes=hashes) + problem
    for name, path in _cached():
        yield _line("diffusers model, from the hub", path, name, hashes=hashes)


def _line(kind: str, path: Path, name: str, *, hashes: bool) -> str:
    try:
        short = f"  {sha256(path)[:SHORT]}" if hashes else ""
        return f"{kind:{TYPE_WIDTH}}{_size(size_of(path)):>9}{short}  {name}"
    except OSError as error:
        short = f"  {'-' * SHORT}" if hashes else ""
        return f"{'unreadable: ' + str(error.strerror):{TYPE_WIDTH}}{'-':>9}{short}  {name}"


def _type(path: Path) -> tuple[str, str]:
    """Returns the type of a model, and what is wrong with a broken one."""
    if path.is_dir():
        return "diffusers model", ""
    if path.suffix != SAFE:
        return f"{PICKLED_FILE} ({path.suffix})", ""
    try:
        return str(identify(path)), ""
    except ModelError as error:
        return BROKEN_FILE, f"  ({error.message.removeprefix(f'{path}: ')})"


def _cached() -> Iterator[tuple[str, Path]]:
    """Yields id and path of the diffusers models in the hub's cache."""
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        repositories = sorted(scan_cache_dir().repos, key=lambda repository: repository.repo_id)
    except (CacheNotFound, ValueError, OSError):  # no cache, or something else in its place
        return
    for repository in repositories:
        for revision in repository.revisions:
            if (revision.snapshot_path / INDEX).is_file():
                yield repository.repo_id, revision.snapshot_path


def _size(count: int) -> str:
    size, unit = float(count), "B"
    for larger in ("KB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if size >= 10 or unit == "B" else f"{size:.1f} {unit}"
