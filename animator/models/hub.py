"""Keeps the libraries of Hugging Face off the network unless downloads are permitted."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from animator.core.permissions import permissions

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
