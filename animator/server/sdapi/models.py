"""Models by A1111's names: the title that clients choose, and the lists."""

from collections.abc import Iterator
from pathlib import Path

from animator.film.upscaling.find_upscaler import KNOWN
from animator.models.diffusion.checkpoints.file_header import PICKLED
from animator.models.diffusion.checkpoints.find import STARTER
from animator.models.diffusion.checkpoints.inventory import DIFFUSERS, PICKLED_FILE, ModelEntry, model_entries
from animator.models.diffusion.checkpoints.library import Library
from animator.server.context import ServerContext
from animator.server.errors import NotFoundError

_CHECKPOINTS = (DIFFUSERS, "checkpoint", "unet")
_UPSCALER_WORDS = ("esrgan", "upscal", "swinir", "dat", "hat", "scunet")
"""In the names of folders in which A1111 keeps upscaling networks."""


def checkpoints(context: ServerContext) -> list[ModelEntry]:
    """Returns the diffusion models that requests may name, the built-in one first."""
    return [entry for entry in _entries(context) if entry.what in _CHECKPOINTS or _is_pickled_model(entry)]


def entries_of(context: ServerContext, kind: str, folder_word: str) -> list[ModelEntry]:
    """Returns the models of a kind; pickled files, which are not looked into, by their folder's name."""
    return [
        entry
        for entry in _entries(context)
        if entry.what == kind or (entry.what == PICKLED_FILE and folder_word in _folder(entry.path))
    ]


def upscaler_files(context: ServerContext) -> list[ModelEntry]:
    """Returns the upscaling networks, known by their names or by their folder's."""
    return [
        entry
        for entry in _entries(context)
        if entry.what in ("unknown", PICKLED_FILE)
        and (
            entry.path.stem.lower().replace("_", "-") in KNOWN
            or any(word in _folder(entry.path) for word in _UPSCALER_WORDS)
        )
    ]


def find_checkpoint(title: str, context: ServerContext) -> str:
    """Returns the name in settings of the model that a title, a file name or a hash means.

    Raises:
        NotFoundError: There is no such model.
    """
    wanted = title.partition(" [")[0].strip().lower()
    if wanted == STARTER:
        return STARTER
    path = Library(context.options.model_folders).checkpoint(wanted)  # opens no file
    if path is not None:
        return path.name
    found = checkpoints(context)
    for entry in found:
        if wanted in (entry.name.lower(), entry.path.stem.lower()):
            return entry.name
    for entry in found:
        known = context.model_hashes.get(entry.path)
        if known and len(wanted) >= 8 and known.startswith(wanted):
            return entry.name
    raise NotFoundError(f"checkpoint {title:.200}: is not here; /sdapi/v1/sd-models lists those that are")


def _entries(context: ServerContext) -> Iterator[ModelEntry]:
    pickles = context.options.permissions.pickle
    entries = model_entries(context.options.model_folders)
    return (entry for entry in entries if not entry.problem and (pickles or entry.what != PICKLED_FILE))


def _is_pickled_model(entry: ModelEntry) -> bool:
    """Returns True for a pickled file in a folder of checkpoints, such as `Stable-diffusion`."""
    return entry.what == PICKLED_FILE and entry.path.suffix in PICKLED and "diffusion" in _folder(entry.path)


def _folder(path: Path) -> str:
    return path.parent.name.lower()
