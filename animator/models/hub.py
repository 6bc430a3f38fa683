"""Keeps the libraries of Hugging Face off the network unless downloads are permitted."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from animator.core.permissions import permissions
from animator.errors import AllowDownload, ModelError

_INDEXES = ("model_index.json", "config.json")
PROBE_SECONDS = 3.0
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


def not_downloaded(what: str, name: str, reason: str = "") -> ModelError:
    """Returns the error for a hub id that is not in the hub's cache.

    Args:
        what: The kind of model.
        name: The id.
        reason: Why the hub does not answer; empty where downloads are not permitted.
    """
    message = f"{what} {name}: there is no such folder or file, and no such model in the hub's cache"
    return ModelError(f"{message}; {reason}") if reason else ModelError(message, AllowDownload())


def why_unreachable() -> str:
    """Returns the reason why the hub does not answer; empty where it does.

    The hub's own library tries for half a minute, and then reports that the model's files are missing.
    """
    import urllib.error
    import urllib.request

    from huggingface_hub import constants

    try:
        # The address is the library's own, or one from the user's environment.
        request = urllib.request.Request(constants.ENDPOINT, method="HEAD")  # noqa: S310
        urllib.request.urlopen(request, timeout=PROBE_SECONDS).close()  # noqa: S310
    except urllib.error.HTTPError:  # an answer all the same
        return ""
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return f"{constants.ENDPOINT} cannot be reached: {getattr(reason, 'strerror', None) or reason}"
    return ""
