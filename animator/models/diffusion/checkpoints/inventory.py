"""`model_entries` and `model_table`: list the built-in model, models in folders and in the hub's cache."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.config_file import read_config
from animator.models.diffusion.checkpoints.file_header import HARMLESS, Header, read_header
from animator.models.diffusion.checkpoints.find import STARTER, find_checkpoint
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.checkpoints.identify import identify_header
from animator.models.diffusion.checkpoints.library import INDEX, Library
from animator.models.diffusion.checkpoints.model_info import SHORT, sha256, size_of
from animator.models.diffusion.checkpoints.network_signs import TEXT_ENCODERS
from animator.models.diffusion.checkpoints.parts import Rest, find_parts, is_network
from animator.models.video.kinds import kind_of_pipeline

DIFFUSERS, PICKLED_FILE, BROKEN_FILE = "diffusers model", "pickled file", "broken file"
VIDEO = "video model"
TYPE_WIDTH = 36  # of the type column


@dataclass(frozen=True)
class ModelEntry:
    """A model that settings may name.

    Attributes:
        name: Its name in settings.
        path: Where it is.
        what: "diffusers model", "video model", the `what` of a file's `Kind`, or `PICKLED_FILE` and
            `BROKEN_FILE`.
        family: Key of `FAMILY_NAMES`; empty where it is unknown.
        label: What it is, for people.
        problem: What is wrong with a broken file.
        precision: How the numbers of a network or text encoder are stored, such as "fp8" or "Q4_K"; empty for
            others.
        rest: Where the text encoders and the VAE of a network are, or what it lacks; empty for others.
        is_cached: True for one in the hub's cache.
    """

    name: str
    path: Path
    what: str
    family: str = ""
    label: str = ""
    problem: str = ""
    precision: str = ""
    rest: str = ""
    is_cached: bool = False


def model_entries(folders: tuple[Path, ...]) -> Iterator[ModelEntry]:
    """Yields the built-in model, the models in folders and those in the hub's cache.

    Args:
        folders: Searched recursively.

    Raises:
        ModelError: A folder has too many files to be one of models.
    """
    yield ModelEntry(STARTER, Path(find_checkpoint(STARTER).location), DIFFUSERS, label=DIFFUSERS)
    library = Library(folders)
    yield from (_entry(path, library) for path in library.files)
    for name, path in _cached():
        yield ModelEntry(name, path, DIFFUSERS, label=f"{DIFFUSERS}, from the hub", is_cached=True)


def model_table(folders: tuple[Path, ...], *, hashes: bool) -> Iterator[str]:
    """Yields a line per model: type, size, the short hash that model sites show, name or path.

    The line of a broken file ends with what is wrong with it, that of a network with where its rest is.

    Args:
        folders: Searched recursively.
        hashes: Adds a column of hashes, which takes seconds per GB.
    """
    for entry in model_entries(folders):
        name = entry.name if entry.is_cached or entry.name == STARTER else str(entry.path)
        more = entry.problem or entry.rest
        yield _line(entry.label, entry.path, name, hashes=hashes) + (f"  ({more})" if more else "")


def _line(kind: str, path: Path, name: str, *, hashes: bool) -> str:
    try:
        short = f"  {sha256(path)[:SHORT]}" if hashes else ""
        return f"{kind:{TYPE_WIDTH}}{_size(size_of(path)):>9}{short}  {name}"
    except OSError as error:
        short = f"  {'-' * SHORT}" if hashes else ""
        return f"{'unreadable: ' + str(error.strerror):{TYPE_WIDTH}}{'-':>9}{short}  {name}"


def _entry(path: Path, library: Library) -> ModelEntry:
    if path.is_dir():
        return _folder_entry(path)
    if path.suffix not in HARMLESS:
        return ModelEntry(path.name, path, PICKLED_FILE, label=f"{PICKLED_FILE} ({path.suffix})")
    try:
        header = read_header(path)
    except ModelError as error:
        problem = error.message.removeprefix(f"{path}: ")
        return ModelEntry(path.name, path, BROKEN_FILE, label=BROKEN_FILE, problem=problem)
    kind = identify_header(header)
    entry = ModelEntry(path.name, path, kind.what, kind.family, label=str(kind))
    if not (is_network(kind) or kind.what in TEXT_ENCODERS):
        return entry
    precision = header.precision
    rest = _rest(header, library) if is_network(kind) else ""
    return replace(entry, label=f"{kind}, {precision}", precision=precision, rest=rest)


def _folder_entry(path: Path) -> ModelEntry:
    """Returns the entry of a diffusers folder; one whose index cannot be read is told when it is used."""
    what = DIFFUSERS
    with suppress(ModelError):
        index = read_config(path / INDEX)
        what = VIDEO if kind_of_pipeline(str(index.get("_class_name", ""))) else DIFFUSERS
    return ModelEntry(path.name, path, what, label=what)


def _rest(header: Header, library: Library) -> str:
    try:
        return f"text encoders and VAE: {find_parts('', header, library, Rest())}"
    except ModelError:
        family = FLOW_FAMILIES[identify_header(header).family]
        return f"lacks text encoders and VAE: a diffusers folder of {family.title}, see diffusion.parts"


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
