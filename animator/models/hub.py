"""Keeps the libraries of Hugging Face off the network unless downloads are permitted."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from animator.core.permissions import permissions
from animator.errors import AllowDownload, ModelError

_INDEXES = ("model_index.json", "config.json")
OFFLINE_VARIABLE, TELEMETRY_VARIABLE = "HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"


@contextmanager
def hub_access() -> Iterator[bool]:
    """Blocks every request to the hub inside a `with` block, unless downloads are permitted.

    `local_files_only` is not enough: transformers asks the hub about some local tokenizers, too.

    Yields:
        True if the hub may be asked.
    """
    os.environ.setdefault(TELEMETRY_VARIABLE, "1")
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = before or not permissions().download
    try:
        yield not constants.HF_HUB_OFFLINE
    finally:
        constants.HF_HUB_OFFLINE = before


def is_in_cache(name: str) -> bool:
    """Returns True if the hub's cache has a model of this id, by its index or config."""
    from huggingface_hub import try_to_load_from_cache

    return any(isinstance(try_to_load_from_cache(name, file), str) for file in _INDEXES)


def not_downloaded(what: str, name: str) -> ModelError:
    """Returns the error for a hub id that is not in the hub's cache while downloads are not permitted."""
    return ModelError(
        f"{what} {name}: there is no such folder or file, and no such model in the hub's cache",
        AllowDownload(),
    )
