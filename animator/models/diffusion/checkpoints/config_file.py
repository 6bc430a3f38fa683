"""Reads the JSON files of a model: `read_config`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from animator.core.json_text import parse_json
from animator.core.read import UnreadableError, read_text
from animator.errors import ModelError

MAX_CONFIG = 1_000_000


def read_config(path: Path) -> Mapping[str, Any]:
    """Returns a JSON file of a model.

    Raises:
        ModelError: It cannot be read, or is not an object.
    """
    try:
        config = parse_json(read_text(path, MAX_CONFIG))
    except (UnreadableError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read: {error}; download or copy it again") from error
    if not isinstance(config, Mapping):
        raise ModelError(f"{path}: is not the config of a model; download or copy it again")
    return config
