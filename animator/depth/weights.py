"""Files of depth weights: where they lie and how they are fetched."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path

import torch

from animator.core.download import Limits, download
from animator.depth.registry import Entry
from animator.errors import ModelError

MODELS = "ANIMATOR_MODELS"
LIMITS = Limits(max_bytes=8 * 10**9, timeout_s=20.0)

log = logging.getLogger(__name__)


def folders(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Where files of weights are looked for: ANIMATOR_MODELS, then torch's own store of downloads."""
    own = environment.get(MODELS)
    store = Path(torch.hub.get_dir()) / "checkpoints"
    return (Path(own).expanduser(), store) if own else (store,)


def located(entry: Entry, where: tuple[Path, ...]) -> Path | None:
    """The file of a network in one of the folders or one folder below, or None."""
    for folder in where:
        for name in entry.files:
            for found in (folder / name, *sorted(folder.glob(f"*/{name}"))):
                if found.is_file():
                    return found
    return None


def fetched(entry: Entry, where: tuple[Path, ...]) -> Path:
    """The file of a network, downloaded into the first of the folders.

    Raises:
        ModelError: It could not be had: says which file, why, and where to get it.
    """
    target = where[0] / entry.files[0]
    log.info("fetching %s from %s", entry.files[0], entry.url)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _download(entry.url, target)
    except OSError as error:
        places = " or ".join(str(folder) for folder in where)
        raise ModelError(
            f"depth model {entry.name} needs the file {entry.files[0]}: it is not in {places}, and could "
            f"not be fetched ({error}). Get it from {entry.url} and put it into the folder that {MODELS} "
            "names, or choose the built-in model 'starter'."
        ) from error
    return target


def _download(url: str, target: Path) -> None:
    # Several processes may fetch one file at a time, so that each writes to a name of its own.
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as part:
        try:
            download(url, part, LIMITS)
        except BaseException:
            Path(part.name).unlink()
            raise
    Path(part.name).replace(target)
