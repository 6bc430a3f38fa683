"""`training_draft`: the settings of a training before validation, with the concepts of its folder."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from animator.core.paths import is_folder
from animator.errors import Problem
from animator.generation.draft import override
from animator.presets.plain import Overrides
from animator.settings.raw import RawPreset

ARGUMENTS = "train"
"""Name of the arguments of a training in messages."""
_REPEATED = re.compile(r"(\d{1,3})_(.+)", re.ASCII | re.DOTALL)
"""The name of a concept's folder in kohya's layout, such as `10_a red vase`."""


def training_draft(
    kind: str, folder: Path, values: Mapping[str, Any], overrides: Overrides, label: str = ARGUMENTS
) -> tuple[RawPreset, list[Problem]]:
    """Returns the draft of a training, and the problems of its overrides.

    Args:
        kind: What is trained.
        folder: Images; or folders of images called `10_a red vase`: repeats and prompt, as kohya has them.
        values: Settings below the overrides.
        overrides: Texts such as `lora.rank=16`, or a mapping; `concepts.0.prompt` is the first folder's.
        label: Name of an override in messages.
    """
    below = {"kind": kind, "concepts": concepts_of(folder), **values}
    return override(RawPreset(ARGUMENTS, below, {}), overrides, label)


def concepts_of(folder: Path) -> list[dict[str, Any]]:
    """Returns the concepts of a folder."""
    inner = sorted(path for path in folder.iterdir() if is_folder(path)) if is_folder(folder) else []
    named = [(path, match) for path in inner if (match := _REPEATED.fullmatch(path.name))]
    if not named:
        return [{"folder": str(folder)}]
    return [
        {"folder": str(path), "prompt": match[2].strip(), "repeats": max(1, int(match[1]))}
        for path, match in named
    ]
