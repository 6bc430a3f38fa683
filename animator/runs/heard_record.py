"""What a run's formulas heard, in its folder: the run can be read and resumed without the sounds."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from animator.core.atomic import atomic_write
from animator.core.json_text import parse_json
from animator.core.read import read_bytes
from animator.errors import RunError
from animator.runs.run_folder import HEARD
from animator.settings.signals.heard import Heard

MAX_BYTES = 2_000_000_000
_SIGNAL, _BEATS = "signal.", "beats"


def write_heard(folder: Path, heard: Heard) -> None:
    """Writes what a film's formulas use; nothing where they use nothing."""
    used = heard.used
    if not (used or heard.beats or heard.markers):
        (folder / HEARD).unlink(missing_ok=True)
        return
    arrays = {_SIGNAL + name: np.ascontiguousarray(column) for name, column in used.items()}
    arrays[_BEATS] = np.array(heard.beats, dtype=np.float64)
    facts = {
        "given": heard.given,
        "bpm": heard.bpm,
        "confidence": heard.confidence,
        "markers": dict(heard.markers),
    }
    atomic_write(folder / HEARD, save(arrays, {"heard": json.dumps(facts)}))


def read_heard(folder: Path) -> Heard | None:
    """Returns what a run's formulas heard; None where nothing is recorded.

    Raises:
        RunError: The record is broken.
    """
    path = folder / HEARD
    if not path.exists():
        return None
    try:
        data = read_bytes(path, MAX_BYTES)
        arrays, facts = load(data), _facts(data)
        signals = {
            name.removeprefix(_SIGNAL): np.asarray(array, dtype=np.float64)
            for name, array in arrays.items()
            if name.startswith(_SIGNAL) and array.ndim == 1
        }
        return Heard(
            signals,
            tuple(name for name in map(str, facts["given"]) if name in signals),
            None if facts["bpm"] is None else float(facts["bpm"]),
            float(facts["confidence"]),
            tuple(np.asarray(arrays[_BEATS], dtype=np.float64).ravel().tolist()),
            {str(name): float(seconds) for name, seconds in facts["markers"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        raise RunError(f"{path}: the record of what the film hears is broken: {error}") from error


def _facts(data: bytes) -> Any:
    """Returns the metadata of a safetensors file: JSON behind the length of the header."""
    length = int.from_bytes(data[:8], "little")
    header = parse_json(data[8 : 8 + length].decode())
    return parse_json(header["__metadata__"]["heard"])
