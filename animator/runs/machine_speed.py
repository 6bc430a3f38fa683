"""`MachineSpeed`: how fast this machine is with a kind of model, kept for the estimates of `check`."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

from animator.core.atomic import atomic_write
from animator.core.json_text import parse_json
from animator.core.make_folder import make_folder
from animator.core.read import read_bytes
from animator.errors import RunError

VARIABLE = "ANIMATOR_CACHE"
"""Names the folder of what is known of this machine; no other module reads it."""
_SCHEMA = "animator.speed.1"
_MAX_BYTES = 1_000_000
_MAX_SPEEDS = 100
_LIKE = 4.0
"""Largest ratio between numbers of pixels for which one speed tells about the other."""


@dataclass(frozen=True)
class MachineSpeed:
    """How fast this machine rendered a film.

    Attributes:
        model: The kind of its model, as `ModelDefaults.kind`.
        film_mode: Its mode.
        pixels: Pixels of its frames.
        device: Where the model ran.
        operations_per_second: Of the model, as `ModelDefaults.step_work` counts them.
        seconds_per_byte: Of all else, by a frame's size without compression.
        measured: When.
    """

    model: str
    film_mode: str
    pixels: int
    device: str
    operations_per_second: float
    seconds_per_byte: float
    measured: date

    def tells_about(self, model: str, mode: str, pixels: int) -> bool:
        """Returns True for a film that is much like the one that was measured."""
        is_like = 1 / _LIKE <= pixels / self.pixels <= _LIKE
        return (self.model, self.film_mode) == (model, mode) and is_like


def speed_file() -> Path:
    """Returns the file with the speeds of this machine; it may not be there."""
    folder = os.environ.get(VARIABLE)
    if folder:
        return Path(folder) / "speed.json"
    named = Path(os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME", ""))
    caches = named if named.is_absolute() else Path.home() / ".cache"
    return caches / "animator" / "speed.json"


def recorded_speed(model: str, mode: str, pixels: int) -> MachineSpeed | None:
    """Returns the speed that was measured last with a film much like another; None if there is none.

    Args:
        model: The kind of its model.
        mode: Its mode.
        pixels: Pixels of its frames.

    Raises:
        RunError: The file is broken.
    """
    like = [speed for speed in _read(speed_file()) if speed.tells_about(model, mode, pixels)]
    return like[-1] if like else None


def record_speed(speed: MachineSpeed) -> Path:
    """Adds a speed to the file, in place of an older one of the same kind, and returns the file.

    Raises:
        RunError: The file is broken.
        OSError: It cannot be written.
    """
    path = speed_file()
    others = [other for other in _read(path) if _key(other) != _key(speed)]
    speeds = [*others, speed][-_MAX_SPEEDS:]
    content = {
        "schema": _SCHEMA,
        "speeds": [{**asdict(one), "measured": one.measured.isoformat()} for one in speeds],
    }
    make_folder(path.parent)
    atomic_write(path, f"{json.dumps(content, indent=2)}\n".encode())
    return path


def _key(speed: MachineSpeed) -> tuple[object, ...]:
    return speed.model, speed.film_mode, speed.pixels, speed.device


def _read(path: Path) -> list[MachineSpeed]:
    if not path.exists():
        return []
    try:
        content = parse_json(read_bytes(path, _MAX_BYTES))
        if content["schema"] != _SCHEMA:
            raise ValueError(f"its schema is not {_SCHEMA}")
        return [_speed_of(values) for values in content["speeds"]]
    except KeyError as error:
        raise _broken(path, f"has no {error.args[0]}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise _broken(path, str(error)) from error


def _broken(path: Path, reason: str) -> RunError:
    return RunError(
        f"{path}: is not what animator bench writes: {reason}; delete it, and run animator bench again"
    )


def _speed_of(values: Mapping[str, Any]) -> MachineSpeed:
    rate, rest = float(values["operations_per_second"]), float(values["seconds_per_byte"])
    pixels = int(values["pixels"])
    if not (isfinite(rate) and isfinite(rest) and rate > 0.0 and rest >= 0.0 and pixels > 0):
        raise ValueError(f"speeds {rate:g} and {rest:g} with {pixels} pixels")
    model, mode, device = (str(values[name]) for name in ("model", "film_mode", "device"))
    return MachineSpeed(model, mode, pixels, device, rate, rest, date.fromisoformat(values["measured"]))
