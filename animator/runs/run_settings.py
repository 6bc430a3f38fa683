"""Settings as a run folder records them, and which of them may change when the run is resumed."""

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from animator.core.atomic import atomic_write
from animator.core.marks import RECORD_MARK, yaml_mark
from animator.core.read import read_text
from animator.errors import PresetError, RunError
from animator.presets import raw
from animator.runs.heard_record import read_heard
from animator.settings import Animation
from animator.settings.raw import RawPreset
from animator.settings.signals.given import Given
from animator.settings.validate import validate

log = logging.getLogger(__name__)
PRESET = raw.RECORD
"""The file, in a run folder, with every setting as rendered."""
NON_FRAME_SETTINGS = ("name", "output", "sound", "upscaling", "frame_interpolation", "download")
"""Settings and groups that change no frame, so a run can be resumed with other values of them."""


def digest(animation: Animation) -> str:
    """Returns a fingerprint of every setting that changes a frame."""
    plain = {k: v for k, v in animation.plain().items() if k not in NON_FRAME_SETTINGS}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def recorded_settings(folder: Path) -> Animation:
    """Returns the settings that a run was rendered with.

    Raises:
        RunError: The folder holds no run, or its record is broken.
    """
    if not (folder / PRESET).exists():
        raise RunError(f"{folder}: is not a run folder; it has no {PRESET}")
    try:
        return validate(recorded_draft(folder))
    except PresetError as error:
        raise RunError(f"{folder}: its record of the settings is broken.\n{error}") from error


def recorded_draft(folder: Path) -> RawPreset:
    """Returns the settings that a run was rendered with before validation, and what it heard.

    Raises:
        PresetError: The record of the settings is broken.
        RunError: That of what it heard is.
    """
    heard = read_heard(folder)
    given = None if heard is None else Given(recorded=heard)
    return replace(raw.read(folder / PRESET), folders={}, given=given)  # paths are from the working directory


def keep_edited(path: Path) -> None:
    """Copies the record of a run's settings before it is replaced, if it was edited by hand."""
    text = read_text(path, raw.MAX_RECORD_BYTES)
    if not text.startswith(RECORD_MARK) or yaml_mark(text) is not None:
        return
    names = (path.with_name(f"preset-edited-{number}.yaml") for number in range(1, 1000))
    copy = next(name for name in names if not os.path.lexists(name))
    atomic_write(copy, text.encode())
    log.warning("%s: was edited since the run wrote it; the edited text is kept in %s", path, copy.name)


def with_seed(animation: Animation, seed: int) -> Animation:
    """Returns the film with another base seed."""
    diffusion = animation.diffusion.model_copy(update={"seed": seed})
    return animation.model_copy(update={"diffusion": diffusion})


def with_seed_of(run: Animation, animation: Animation) -> Animation:
    """Returns a film with the seed of its run where it names none: the run chose one when it started."""
    return with_seed(animation, run.diffusion.seed) if animation.diffusion.seed == -1 else animation


def with_precision(animation: Animation, precision: str | None) -> Animation:
    """Returns a film with the precision of its run where it leaves that to us; None leaves it open."""
    if precision is None or animation.diffusion.precision != "auto":
        return animation
    diffusion = animation.diffusion.model_copy(update={"precision": precision})
    return animation.model_copy(update={"diffusion": diffusion})


def changed_settings(old: Animation, new: Animation, *, ignored: tuple[str, ...] = ()) -> list[str]:
    """Returns a line `path: was ..., now ...` for each setting that differs between two films.

    Args:
        old: The first film.
        new: The second film.
        ignored: Settings and groups that may differ.
    """
    before, after = _flatten(old.plain()), _flatten(new.plain())
    changed = [
        f"{path}: was {before.get(path)!r}, now {after.get(path)!r}"
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path) and path.partition(".")[0] not in ignored
    ]
    return [*changed, *(f"{name}: is not what was heard" for name in old.heard.changes(new.heard))]


def _flatten(plain: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in plain.items():
        if isinstance(value, Mapping):
            flat.update(_flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat
